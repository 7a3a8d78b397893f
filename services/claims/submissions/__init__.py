"""Claims and their lines: filed, decided in one pass, kept with facts, reasons and digest.

Emits claim.*, line.*, appeal.*, cap_exception.* and
allowance_rate.* events. Asks the registry for the facts of a
decision and institutions for standing and prices.
"""
