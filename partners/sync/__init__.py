"""Run one feed: leased, page by page, counted, guarded, and safe to be killed anywhere."""

from partners.pages import Applied, Page, Reject
from partners.sync.engine import accept_held, sync_run
from partners.sync.lease import NotHeld, why_not_acceptable

__all__ = ["Applied", "NotHeld", "Page", "Reject", "accept_held", "sync_run", "why_not_acceptable"]
