"""Benefits received before the system was there: entries that fill caps and nothing else.

They are no result and no subsidy of this system and count in no progress (POLICY 8.22). Emits
`benefit.imported`, without figures.
"""
