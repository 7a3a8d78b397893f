"""Tests of the whole, mirroring the tree."""
