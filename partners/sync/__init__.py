"""Run one feed: leased, page by page, counted, guarded, and safe to be killed anywhere."""

from partners.pages import Applied, Page, Reject
from partners.sync.engine import accept_held, sync_run

__all__ = ["Applied", "Page", "Reject", "accept_held", "sync_run"]
