"""Do it: let the cases of write-offs open and close as the facts are."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from exceptions_queue import actions as desk
from returns.models import WriteOff
from returns.problems import writing_off as problems
from returns.queries.evidence import standing_of


def look(ids: Collection[int], *, at: datetime) -> None:
    """Make the open cases of these write-offs equal what is wrong with them. In the caller's transaction; a handful of statements."""
    if not ids:
        return
    with transaction.atomic(savepoint=False):
        rows = list(WriteOff.objects.filter(pk__in=list(ids)).select_related("item__grade", "item__ret").order_by("pk"))
        standing = standing_of(rows)
        findings = [desk.Finding(row.pk, problems.find(row, standing[row.pk], at=at), _card(row)) for row in rows]
        desk.reconcile_many(WriteOff, findings, scope=problems.SCOPE, at=at)


def _card(write_off: WriteOff) -> desk.Card:
    return desk.Card(
        label=f"{write_off.reference}, garment {write_off.rfid}",
        url=f"/write-offs/{write_off.reference}/",
        order_number=write_off.item.ret.order_number if write_off.item else "",
        value_pence=write_off.carrying_pence or 0,
        due_at=write_off.raised_at + timedelta(days=settings.WRITE_OFF_STALE_DAYS),
    )
