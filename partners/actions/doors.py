"""Count who comes to the doors for webhooks: one small row a source, and nothing of what a stranger said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from partners.models import WebhookDoor

NOTED_EVERY = timedelta(minutes=1)  # who comes every second need not be written down every second


def let_in(source: str, *, at: datetime) -> None:
    """A delivery with a right signature came. One read for each, and a write a minute."""
    row = WebhookDoor.objects.filter(source=source).values_list("accepted_at", "refused_in_a_row").first()
    if row is None or row[0] is None or row[0] < at - NOTED_EVERY or row[1]:
        _write(source, Q(), accepted_at=at, refused_in_a_row=0)


def turn_away(source: str, *, at: datetime) -> None:
    """A delivery with a wrong signature came: only that it did is kept."""
    _write(source, Q(), refused=F("refused") + 1, refused_in_a_row=F("refused_in_a_row") + 1, refused_at=at)


def note_watched(source: str, *, added: Sequence[str], at: datetime) -> bool:
    """We looked whether we are still subscribed. True when a subscription that we had was gone and had to be added again."""
    door, _ = WebhookDoor.objects.get_or_create(source=source)
    again = bool(added) and door.watched_at is not None
    news = {"added": sorted(added), "added_at": at} if again else {}
    WebhookDoor.objects.filter(pk=door.pk).update(watched_at=at, **news)
    return again


def _write(source: str, where: Q, **columns: Any) -> None:
    if not WebhookDoor.objects.filter(where, source=source).update(**columns):
        _, is_new = WebhookDoor.objects.get_or_create(source=source)
        if is_new:
            WebhookDoor.objects.filter(source=source).update(**columns)
