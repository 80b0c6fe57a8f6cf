"""A program asks."""
