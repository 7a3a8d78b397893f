"""Rates: what an authority pays for a person and an offering, or unset."""
