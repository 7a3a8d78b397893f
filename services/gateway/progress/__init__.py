"""Progress against the plan: sums of the registry's events, and what of them is shown to whom."""
