"""Own statements: the person's conditions, asked after confirming, each of which may be skipped.

Sealed; read by the person and by the decision of that person's line. POLICY 8.24. Emits nothing.
"""
