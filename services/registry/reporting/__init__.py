"""What reports need of the registry: counts by authority and quarter, and recounts. No names."""
