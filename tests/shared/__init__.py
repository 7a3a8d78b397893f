"""Tests of the library that every service needs."""
