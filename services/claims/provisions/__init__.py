"""What the plan's provisions say on a day; the rules that read them decide claims."""
