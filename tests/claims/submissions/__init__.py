"""Claims, their lines, decisions, appeals and rates."""
