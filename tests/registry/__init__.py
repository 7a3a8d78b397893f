"""Tests of the registry, mirroring its tree."""
