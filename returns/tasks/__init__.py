"""The clock asks. Each task is safe to run twice, at once, or never."""

from returns.tasks.looking import fetch_photos, look_at_grades, look_at_returns, look_at_write_offs
from returns.tasks.posting import compare_ledger, post_journals
from returns.tasks.refunding import give_refunds

__all__ = ["compare_ledger", "fetch_photos", "give_refunds", "look_at_grades", "look_at_returns", "look_at_write_offs", "post_journals"]
