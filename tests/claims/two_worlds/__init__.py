"""Two worlds that differ in one person's status: an institution cannot tell them apart."""
