"""Bank accounts of organisations: sealed, entered by the owner, confirmed by a second person.

Emits organisation_account.*. Claims reads whole accounts at the moment of issuing a bank file only.
"""
