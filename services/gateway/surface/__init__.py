"""The public surface: the services' routes streamed through, budgets, one merged description."""
