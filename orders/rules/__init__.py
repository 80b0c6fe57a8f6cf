"""Is it true that…? Pure rules about orders: no clock, no database, no settings."""
