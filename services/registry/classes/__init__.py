"""Classes: filed by an organisation, accepted by an authority, started and closed by the clock.

Owns classes, their commitments, documents and sessions, and how progress is counted from them.
Emits class.*, session.* and progress.counted. Asks institutions what an organisation may teach.
"""
