"""Tests of reading, checking and marking rosters."""
