"""The history of the claims database, run by its owner role."""
