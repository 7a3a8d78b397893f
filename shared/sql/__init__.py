"""The mechanism tables that each service migrates for itself, as frozen SQL scripts."""
