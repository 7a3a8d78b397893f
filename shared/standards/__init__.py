"""National code standards: resident IDs, credit codes, names, levels, certificate numbers.

Pure functions: no clock, no I/O, no table. A check answers a fault or None and never raises.
"""
