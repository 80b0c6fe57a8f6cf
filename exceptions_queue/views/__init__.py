"""A person asks."""
