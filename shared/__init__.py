"""Mechanisms that every service needs; knows no service, no domain table, no wire model."""
