"""Who may teach and assess, what is subsidised, what was published.

Owns organisations, standings, licences, offerings, rates, commissions and editions. Emits their
events; asks no peer.
"""
