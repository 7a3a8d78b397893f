"""Organisations: one record a credit code, its roles and their effective-dated standings."""
