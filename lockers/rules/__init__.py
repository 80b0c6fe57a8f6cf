"""Is it true that…? Mobiles that can receive a locker code, parcels that fit, points that may receive. Pure."""
