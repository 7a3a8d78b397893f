"""Complaints: a person writes to an office; neither institution nor filing unit sees it."""
