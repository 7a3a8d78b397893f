"""What mixes the registry and claims for a person who decides about a class. DESIGN 2.3."""
