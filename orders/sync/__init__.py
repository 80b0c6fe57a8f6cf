"""The shop said, or ACS did in a file: make our orders agree."""

from orders.sync.hints import follow_hint
from orders.sync.mirror import apply_orders, cursor_at, read_orders
from orders.sync.progress import apply_said, read_progress_csv

__all__ = ["apply_orders", "apply_said", "cursor_at", "follow_hint", "read_orders", "read_progress_csv"]
