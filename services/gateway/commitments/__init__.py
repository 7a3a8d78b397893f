"""Matters and their texts; disclosures built for a caller: what is met, unmet and unknown.

A commitment is not stored here: it travels with the filing to the service that owns the effect.
"""
