"""Run one feed: leased, page by page, counted, guarded, and safe to be killed anywhere."""

from partners.pages import Applied, Page, Reject
from partners.sync.engine import accept_held, sync_run
from partners.sync.lease import NotHeld, why_not_acceptable
from partners.sync.whole import Done, WholeFile, accept_file, kept, sync_file

__all__ = [
    "Applied",
    "Done",
    "NotHeld",
    "Page",
    "Reject",
    "WholeFile",
    "accept_file",
    "accept_held",
    "kept",
    "sync_file",
    "sync_run",
    "why_not_acceptable",
]
