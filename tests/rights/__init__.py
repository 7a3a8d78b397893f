"""The trainee's rights, point by point of POLICY.md 9, over whatever runs: nothing listed by hand.

A list that closes something stands in closed.toml; adding to it is a decision about section 9.
"""
