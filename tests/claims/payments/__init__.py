"""Tests of payments: batches, the bank's file, its return, and what is to be recovered."""
