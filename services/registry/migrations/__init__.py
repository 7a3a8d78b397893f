"""The history of the registry database, run by its owner role."""
