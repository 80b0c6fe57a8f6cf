"""Every feed by name: how it is read, how it is applied, and whether it must be whole."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inventory import sync as goods
from lockers import sync as points
from orders import sync as orders
from orders.actions import reading
from partners.inpost.feed import split_page
from partners.models import SyncRun
from partners.sync import Applied, Page
from returns import sync as returned

Reader = Callable[[str], Iterator[Page]]


@dataclass(frozen=True)
class FeedWork:
    """What `sync_run` needs for one feed. `read_file` takes a path instead, where the feed is a file or may come as one.

    `is_one_file`: a stock file, staged and applied as a whole.
    `cursor_at` is the cursor from which everything since an instant is read again, where the feed goes by time.
    `full` means that absence has a meaning, so the guard holds a feed that looks wrong; `check` counts unreadable records
    before anything is written; `split` cuts a stored page into its records; `finish` deals with what a complete feed no longer names.
    """

    apply: Callable[[Page, datetime], Applied] | None = None
    read: Reader | None = None
    read_file: Callable[[str], Reader] | None = None
    full: bool = False
    check: Callable[[Page], int] | None = None
    finish: Callable[[SyncRun, datetime], int] | None = None
    split: Callable[[bytes], Sequence[Any]] | None = None
    cursor_at: Callable[[datetime], str] | None = None
    is_one_file: bool = False


FEEDS: dict[str, FeedWork] = {
    "inpost.points": FeedWork(
        read=points.read_points,
        apply=points.apply_points,
        full=True,
        check=points.count_unreadable,
        split=split_page,
        finish=points.mark_gone,
    ),
    "store.orders": FeedWork(read=orders.read_orders, apply=orders.apply_orders, cursor_at=orders.cursor_at),
    "acs.orders": FeedWork(read=reading.read_acs_pages, read_file=orders.read_progress_csv, apply=orders.apply_said),
    "inpost.tracking": FeedWork(read=points.read_tracking, apply=points.apply_tracking),
    "products": FeedWork(read_file=goods.read_products_csv, apply=goods.apply_products),
    "store.products": FeedWork(read=goods.read_store_products, apply=goods.apply_store_products),
    "acs.setup": FeedWork(read_file=goods.read_setup_csv, apply=goods.apply_setup),
    "acs.returns": FeedWork(
        read=returned.read_returns, read_file=returned.read_returns_csv, apply=returned.apply_returns, cursor_at=returned.cursor_at
    ),
    "costs": FeedWork(read_file=returned.read_costs_csv, apply=returned.apply_costs),
    "ledger.accounts": FeedWork(
        read=returned.read_accounts, apply=returned.apply_accounts, full=True, split=returned.split_accounts, finish=returned.mark_gone
    ),
    "ledger.journals": FeedWork(read=returned.read_documents, apply=returned.apply_documents, cursor_at=returned.ledger_cursor_at),
    "acs.stock": FeedWork(full=True, is_one_file=True),
}
