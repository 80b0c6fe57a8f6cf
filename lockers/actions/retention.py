"""A label names the customer, and so does what was asked for: both go when they have had their time."""

from datetime import datetime

from lockers.actions.labels import KIND
from lockers.models import Label
from partners import outbox, retention
from partners.models import Intent

AT_ONCE = 500


def purge(*, at: datetime) -> dict[str, int]:
    """Delete old labels' bytes, and empty what was asked for and ended; return how many of each. The ledger of copies stays."""
    return {"labels": _labels(retention.kept_since("labels", at)), "asked": _asked(retention.kept_since("asked_labels", at))}


def _labels(before: datetime) -> int:
    gone = 0
    while ids := list(Label.objects.filter(fetched_at__lt=before).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        gone += Label.objects.filter(pk__in=ids).delete()[0]
    return gone


def _asked(before: datetime) -> int:
    """Settled intents hold no customer any more; these were refused or cancelled."""
    ended = Intent.objects.filter(kind=KIND, state__in=Intent.ENDED, ended_at__lt=before)
    return outbox.redact(ended.exclude(payload={}), {})
