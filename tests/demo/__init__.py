"""Tests of the demonstration's parts."""
