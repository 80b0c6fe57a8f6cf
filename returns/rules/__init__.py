"""Is it true that…? Pure."""
