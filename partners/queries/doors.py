"""The door for the shop's webhooks in words: when it last told us something, and whether strangers knock."""

from datetime import datetime
from typing import NamedTuple

from django.urls import reverse

from partners.models import WebhookDoor
from partners.queries.words import clock_time

SHOP = "shopify"
CARRIER = "inpost"
ALARMING = 5  # wrong signatures in a row: one may be a passer-by, five are a secret that has changed
_WORDS = {
    SHOP: ("The shop's", "SHOPIFY_WEBHOOK_SECRET", "Orders still come in by the minute."),
    CARRIER: ("InPost's", "INPOST_WEBHOOK_SECRET", "Parcels are still looked up in turn."),
}


class Door(NamedTuple):
    """What the connections page says of one door. `tone` is ok, warn, bad or quiet."""

    tone: str
    said: str
    refused: str
    added: str


def door(source: str, at: datetime, *, has_secret: bool) -> Door | None:
    """The door of `source`; None where it is neither set up nor was ever knocked at. One statement."""
    row = WebhookDoor.objects.filter(source=source).first()
    if row is None:
        return Door("quiet", "Nothing has come yet.", "", "") if has_secret else None
    tone, said = _state(row, at, has_secret)
    return Door(tone, said, _refused(row, at), _added(row, at))


def alarm(at: datetime) -> tuple[str, str, str] | None:
    """(kind, sentence, address) for the banner when every delivery of late was refused. One statement."""
    row = WebhookDoor.objects.filter(refused_in_a_row__gte=ALARMING).order_by("source").first()
    if row is None or row.refused_at is None:
        return None
    who, setting, meanwhile = _WORDS.get(row.source, _WORDS[SHOP])
    sentence = (
        f"{who} last {row.refused_in_a_row} messages had a wrong signature, the latest at {clock_time(row.refused_at, at)}: "
        f"check {setting}. {meanwhile}"
    )
    return "warn", sentence, reverse("partners:connections")


def _state(row: WebhookDoor, at: datetime, has_secret: bool) -> tuple[str, str]:
    if not has_secret:
        return "warn", "SHOPIFY_WEBHOOK_SECRET is not set: whatever comes is refused."
    if row.refused_in_a_row >= ALARMING:
        return "bad", f"The last {row.refused_in_a_row} deliveries had a wrong signature. Check the secret."
    if row.accepted_at is None:
        return "quiet", "Nothing has come yet."
    return "ok", f"The shop last told us something at {clock_time(row.accepted_at, at)}."


def _refused(row: WebhookDoor, at: datetime) -> str:
    if not row.refused or row.refused_at is None:
        return ""
    times = "once" if row.refused == 1 else f"{row.refused:,} times"
    return f"{times[0].upper()}{times[1:]} a delivery had a wrong signature, last at {clock_time(row.refused_at, at)}."


def _added(row: WebhookDoor, at: datetime) -> str:
    if row.added_at is None:
        return ""
    return f"The shop had dropped us: {', '.join(row.added)} had to be subscribed again at {clock_time(row.added_at, at)}."
