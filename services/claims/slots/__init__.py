"""Slots: what a cap counts, held at confirmation, taken by a decision, freed without right.

Reads the registry's feed: classes, confirmations, ended holds. Emits nothing: who holds what is the
person's own to know.
"""
