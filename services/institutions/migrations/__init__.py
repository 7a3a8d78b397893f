"""The history of the institutions database, run by its owner role."""
