"""Journeys: real processes, real files, the public door."""
