"""The ledger's chart of accounts: which there are, what they are called, and which a journal may name."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q

from partners import connect
from partners.ledger import LedgerAccount as Said
from partners.models import SyncRun
from partners.pages import Applied, Page, Reject
from returns.models import ChartAccount, LedgerAccount

COLUMNS = ("name", "kind", "why_not", "seen_at", "gone_at")


def read_accounts(cursor: str) -> Iterator[Page]:
    """The whole chart, each time. There is no incremental read: the cursor is not used."""
    del cursor
    told = [asdict(account) for account in connect.ledger().accounts()]
    yield Page(records=told, cursor=None, source="accounts", body=msgspec.json.encode(told))


def split_accounts(body: bytes) -> list[dict[str, Any]]:
    """A stored page as its records again."""
    return list(msgspec.json.decode(body, type=list[dict[str, Any]]))


def apply_accounts(page: Page, at: datetime) -> Applied:
    """Make the mirrored chart agree with the page. Three statements, and one more where a purpose's account is called otherwise."""
    told = [Said(**record) for record in page.records]
    said = {account.code: account for account in told if not _why_not(account)}
    known = {row.code: row for row in ChartAccount.objects.filter(code__in=said)}
    new = [ChartAccount(code=code, seen_at=at, **_columns(account)) for code, account in said.items() if code not in known]
    changed = [_changed(known[code], account, at) for code, account in said.items() if code in known and _differs(known[code], account)]
    ChartAccount.objects.bulk_create(new)
    ChartAccount.objects.bulk_update(changed, COLUMNS)
    ChartAccount.objects.filter(code__in=said).update(seen_at=at)
    _name_purposes(said)
    rejected = [Reject(account.code[:20], "$.code", why, str(account)) for account in told if (why := _why_not(account))]
    unchanged = len(page.records) - len(new) - len(changed) - len(rejected)
    return Applied(created=len(new), changed=len(changed), unchanged=unchanged, rejected=rejected, read=list(said))


def mark_gone(run: SyncRun, at: datetime) -> int:
    """Accounts that a complete chart no longer names; return how many are newly gone."""
    return ChartAccount.objects.filter(Q(seen_at__lt=run.started_at), gone_at=None).update(gone_at=at)


def _why_not(account: Said) -> str:
    return "" if 0 < len(account.code) <= 20 else "An account's code has 1 to 20 characters."


def _columns(account: Said) -> dict[str, str]:
    return {"name": account.name[:120], "kind": account.kind[:20], "why_not": account.why_not[:200]}


def _differs(row: ChartAccount, account: Said) -> bool:
    return row.gone_at is not None or any(getattr(row, name) != value for name, value in _columns(account).items())


def _changed(row: ChartAccount, account: Said, at: datetime) -> ChartAccount:
    for name, value in _columns(account).items():
        setattr(row, name, value)
    row.seen_at, row.gone_at = at, None
    return row


def _name_purposes(said: dict[str, Said]) -> None:
    """The accounts that stand for our purposes are called as the ledger calls them."""
    rows = [row for row in LedgerAccount.objects.filter(code__in=said) if row.name != said[row.code].name[:120]]
    for row in rows:
        row.name = said[row.code].name[:120]
    if rows:
        LedgerAccount.objects.bulk_update(rows, ["name"])
