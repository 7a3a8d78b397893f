"""One public search over published institutions, assessors, offerings, and classes with places."""
