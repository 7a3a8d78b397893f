"""Live the main job with invented people, through the public API and nothing else.

Owns the seeded generator of people and of rosters as messy as real ones.
"""
