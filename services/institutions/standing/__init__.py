"""What peers ask before something starts: who is listed, licensed, commissioned, and who signs."""
