"""The clock asks. Each task is safe to run twice, at once, or never."""

from returns.tasks.posting import compare_ledger, post_journals

__all__ = ["compare_ledger", "post_journals"]
