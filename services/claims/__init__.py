"""What is owed, by which provision, from which fund, and what became of it.

Owns the provisions in force today; claims, slots, notices, ledger and payments come with the second
half of the main job. Reads institutions and the registry.
"""
