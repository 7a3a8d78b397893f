"""The one public door: access, surface, directory, commitments, progress, pages.

Owns log-ins, officers, clients and the projection of progress. Asks all three services; nobody
asks it.
"""
