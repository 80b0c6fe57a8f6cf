"""Is it true that…? What partners and files mean by a number. Pure."""
