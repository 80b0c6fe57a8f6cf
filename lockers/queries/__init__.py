"""Show me."""

from lockers.queries.nearest import Near, middle_of, nearest

__all__ = ["Near", "middle_of", "nearest"]
