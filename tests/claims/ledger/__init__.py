"""Promises of the ledger: not one fen too many, none lost, and every change seen."""
