"""Licences: what an organisation may teach or assess, from when to when."""
