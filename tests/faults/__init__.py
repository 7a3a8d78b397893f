"""Faults the suite must stand, part by part: `make faults` in full, a handful in `make test`."""
