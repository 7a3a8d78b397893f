"""Offerings: the catalogue of what is subsidised, and the subjects that its entries teach."""
