"""The person's own yes, no and leaving: invitations, confirmations, declines, departures.

Nobody confirms for another; a decline is a row that only the person sees; leaving asks nothing and
says nothing. POLICY.md 9.1, 9.2, 9.4.
"""
