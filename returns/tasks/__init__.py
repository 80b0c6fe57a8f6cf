"""The clock asks. Each task is safe to run twice, at once, or never."""

from returns.tasks.posting import post_journals

__all__ = ["post_journals"]
