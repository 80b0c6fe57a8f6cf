"""The clock asks. Each task is safe to run twice, at once, or never."""

from returns.tasks.looking import fetch_photos, look_at_grades, look_at_returns, look_at_write_offs
from returns.tasks.posting import compare_ledger, post_journals

__all__ = ["compare_ledger", "fetch_photos", "look_at_grades", "look_at_returns", "look_at_write_offs", "post_journals"]
