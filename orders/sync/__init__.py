"""The shop said: make our orders agree."""

from orders.sync.hints import follow_hint
from orders.sync.mirror import apply_orders, cursor_at, read_orders

__all__ = ["apply_orders", "cursor_at", "follow_hint", "read_orders"]
