"""What has had its time goes: raw payloads, message bodies, refused records, traces of the queue. How long that is, an admin says."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django_q.models import Task

from partners.models import InboxMessage, JobRun, RawPayload, RejectedRecord, RetentionPeriod, SyncRun
from partners.rules.retention import BY_KEY

AT_ONCE = 500


def days(what: str) -> int:
    """How many days this is kept, by its key in `partners.rules.retention`: as an admin said, else as it came. One statement."""
    said = RetentionPeriod.objects.filter(what=what).values_list("days", flat=True).first()
    return BY_KEY[what].days if said is None else said


def kept_since(what: str, at: datetime) -> datetime:
    """What is older than this has had its time."""
    return at - timedelta(days=days(what))


def purge(*, at: datetime) -> dict[str, int]:
    """Delete what is older than its time, in short transactions; return how many rows of each went or were emptied."""
    old, queue = kept_since("raw", at), kept_since("queue", at)
    return {
        "payloads": _delete(RawPayload.objects.filter(received_at__lt=old)),
        "bodies": InboxMessage.objects.filter(received_at__lt=old).exclude(raw_body=b"").update(raw_body=b""),
        "messages": _delete(InboxMessage.objects.filter(received_at__lt=kept_since("messages", at)).exclude(state=InboxMessage.State.NEW)),
        "solved": _delete(RejectedRecord.objects.filter(solved_at__lt=old)),
        "rejected": RejectedRecord.objects.filter(last_at__lt=old).exclude(raw="").update(raw="", replay_asked_at=None),
        "runs": _delete(SyncRun.objects.filter(finished_at__lt=kept_since("runs", at))),
        "jobs": _delete(JobRun.objects.filter(finished_at__lt=queue)),
        "tasks": _delete(Task.objects.filter(stopped__lt=queue)),
    }


def _delete(rows: QuerySet[Any]) -> int:
    return sum(_batches(rows))


def _batches(rows: QuerySet[Any]) -> Iterator[int]:
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=ids).delete()
        yield len(ids)
