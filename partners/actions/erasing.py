"""Take a customer out of what partners sent and what the task queue remembers. In short transactions, and safe to do again."""

import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django_q.models import Task

from exceptions_queue.rules.erasing import Traces
from partners.models import InboxMessage, RawPayload, RejectedRecord

# Feeds that are about goods, places and money: never about a customer, and some of them large.
NOBODY_IN = ("inpost.points", "acs.stock", "acs.setup", "products", "store.products", "costs", "ledger.accounts", "ledger.journals")
AT_ONCE = 200


def erase(traces: Traces, *, since: datetime | None = None) -> dict[str, int]:
    """Delete raw pages and queue traces that point at the customer, and empty messages and refused records; return how many of each.

    Reads everything kept that may be about people, one page in memory at a time; with `since` only what came from then on. A page
    goes whole: it is kept to look into, and what it said of others is in the mirror.
    """
    return {
        "payloads": _payloads(traces, since),
        "bodies": _bodies(traces, since),
        "rejected": _rejected(traces, since),
        "tasks": _tasks(traces, since),
    }


def _payloads(traces: Traces, since: datetime | None) -> int:
    rows = _since(RawPayload.objects.exclude(run__feed__name__in=NOBODY_IN), "received_at", since)
    found = _ids(rows.values_list("pk", "body"), lambda body: traces.point_at(_text(zlib.decompress(bytes(body)) if body else b"")))
    return sum(RawPayload.objects.filter(pk__in=ids).delete()[0] for ids in found)


def _bodies(traces: Traces, since: datetime | None) -> int:
    """The shop's messages are hints, so one not followed yet may lose its body; what InPost says is kept until it was followed."""
    rows = InboxMessage.objects.exclude(raw_body=b"").exclude(~Q(source="shopify"), state=InboxMessage.State.NEW)
    found = _ids(_since(rows, "received_at", since).values_list("pk", "raw_body"), lambda body: traces.point_at(_text(bytes(body))))
    return sum(InboxMessage.objects.filter(pk__in=ids).update(raw_body=b"") for ids in found)


def _rejected(traces: Traces, since: datetime | None) -> int:
    rows = _since(RejectedRecord.objects.exclude(raw=""), "last_at", since)
    found = _ids(rows.values_list("pk", "raw"), traces.point_at)
    return sum(RejectedRecord.objects.filter(pk__in=ids).update(raw="", replay_asked_at=None) for ids in found)


def _tasks(traces: Traces, since: datetime | None) -> int:
    """Arguments are ids, but what a task died of may repeat a value."""
    rows = _since(Task.objects.all(), "stopped", since).values_list("pk", "args", "kwargs", "result")
    ids = [pk for pk, *said in rows.iterator(chunk_size=AT_ONCE) if traces.stand_in(repr(said))]
    return Task.objects.filter(pk__in=ids).delete()[0] if ids else 0


def _since(rows: QuerySet[Any], field: str, since: datetime | None) -> QuerySet[Any]:
    return rows.filter(**{f"{field}__gte": since}) if since else rows


def _ids(rows: QuerySet[Any, Any], is_about_them: Callable[[Any], bool]) -> Iterator[list[Any]]:
    """The ids of the rows that are, in parts; found before anything is changed, for SQLite reads and writes by turns."""
    ids = [pk for pk, value in rows.iterator(chunk_size=20) if is_about_them(value)]
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
