"""What has had its time goes: raw payloads, message bodies and rejected records after 30 days, traces of the queue after 7."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django_q.models import Task

from partners.models import InboxMessage, JobRun, RawPayload, RejectedRecord, SyncRun

RAW_FOR = timedelta(days=30)
QUEUE_FOR = timedelta(days=7)
RUNS_FOR = timedelta(days=90)
MESSAGES_FOR = timedelta(days=365)  # without their bodies: that a delivery came is remembered longer
AT_ONCE = 500


def purge(*, at: datetime) -> dict[str, int]:
    """Delete what is older than its time, in short transactions; return how many rows of each went or were emptied."""
    old = at - RAW_FOR
    return {
        "payloads": _delete(RawPayload.objects.filter(received_at__lt=old)),
        "bodies": InboxMessage.objects.filter(received_at__lt=old).exclude(raw_body=b"").update(raw_body=b""),
        "messages": _delete(InboxMessage.objects.filter(received_at__lt=at - MESSAGES_FOR).exclude(state=InboxMessage.State.NEW)),
        "solved": _delete(RejectedRecord.objects.filter(solved_at__lt=old)),
        "rejected": RejectedRecord.objects.filter(last_at__lt=old).exclude(raw="").update(raw="", replay_asked_at=None),
        "runs": _delete(SyncRun.objects.filter(finished_at__lt=at - RUNS_FOR)),
        "jobs": _delete(JobRun.objects.filter(finished_at__lt=at - QUEUE_FOR)),
        "tasks": _delete(Task.objects.filter(stopped__lt=at - QUEUE_FOR)),
    }


def _delete(rows: QuerySet[Any]) -> int:
    return sum(_batches(rows))


def _batches(rows: QuerySet[Any]) -> Iterator[int]:
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=ids).delete()
        yield len(ids)
