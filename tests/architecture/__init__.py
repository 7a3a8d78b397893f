"""Tests of the source itself: size, imports, clocks, SQL, words, and what the tools are told.

Every rule is a small function from a source to its faults. A rule is tried twice: on the tree,
which must have none, and on a few lines that break it, which must be found.
"""
