"""Tests of the national code standards."""
