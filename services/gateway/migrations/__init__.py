"""The history of the gateway database, run by its owner role."""
