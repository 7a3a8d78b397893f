"""Slots: held, freed, taken, counted."""
