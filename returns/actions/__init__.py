"""Do it."""
