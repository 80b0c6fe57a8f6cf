"""Is it true that…? Pure: no clock, no database."""
