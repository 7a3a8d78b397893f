"""Attack: steal everything, learn nothing; change anything, be seen."""
