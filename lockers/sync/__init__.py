"""InPost said this of its points and of our parcels: make our mirror agree. Only what changed is written."""

from lockers.sync.absence import mark_gone
from lockers.sync.points import apply_points, count_unreadable, read_points
from lockers.sync.tracking import apply_tracking, read_tracking, take_messages

__all__ = ["apply_points", "apply_tracking", "count_unreadable", "mark_gone", "read_points", "read_tracking", "take_messages"]
