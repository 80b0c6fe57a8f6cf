"""InPost said this of its points: make our mirror agree. Only what changed is written."""

from lockers.sync.absence import mark_gone
from lockers.sync.points import apply_points, count_unreadable, read_points

__all__ = ["apply_points", "count_unreadable", "mark_gone", "read_points"]
