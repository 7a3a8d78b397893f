"""Public money in double entry: accounts by fund, authority, year and purpose; their transfers.

Claims reserve, payments post or release, finance officers enter what came in. Emits
`account.opened` and `funds.*`: one event for the transfers of an account that were written
together, with their hash.
"""
