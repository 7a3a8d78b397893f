"""Clients: systems of organisations and counties, let in by a secret that a machine keeps."""
