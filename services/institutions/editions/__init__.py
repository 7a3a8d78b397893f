"""Editions: the published, immutable states of the three directories."""
