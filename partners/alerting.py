"""Alerts on their way out: the desk's messages become intents, each channel's sender drains its own, receipts come back."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from exceptions_queue.actions import alerts
from exceptions_queue.models import AlertChannel, AlertMessage
from exceptions_queue.states import ChannelKind, MessageState
from partners import connect, outbox
from partners.errors import PartnerError
from partners.models import Intent
from partners.outbox import Receipt
from partners.ports import Notice

AT_ONCE = 200
SYSTEM = "system:alerts"
log = structlog.get_logger(__name__)


def kind_of(channel: AlertChannel) -> str:
    """The kind of intent: one per way out, so that a channel that makes us wait delays no other."""
    return f"alert-{channel.kind}"


KINDS = tuple(f"alert-{kind.value}" for kind in ChannelKind)


def queue(*, at: datetime) -> int:
    """Turn what is to be said into intents; return how many. One message, one intent."""
    waiting = AlertMessage.objects.filter(state=MessageState.WAITING).select_related("channel").order_by("pk")
    with transaction.atomic():
        messages = list(waiting.select_for_update(of=("self",))[:AT_ONCE])
        for message in messages:
            business_id = str(message.pk)
            outbox.put(
                kind=kind_of(message.channel), business_id=business_id, payload={"message": message.pk}, actor="system:alerts", at=at
            )
        AlertMessage.objects.filter(pk__in=[message.pk for message in messages]).update(state=MessageState.QUEUED)
    return len(messages)


def send(*, clock: Callable[[], datetime]) -> dict[str, int]:
    """Send every due message; return how many ended how. What a channel refuses for good goes to the next one at once."""
    outcomes: Counter[str] = Counter()
    for _ in range(len(AlertChannel.objects.all()) + 1):  # a message may be handed on once per channel
        queue(at=clock())
        for kind in KINDS:
            outcomes.update(outbox.drain(kind, send=_send, settled=_settled, failed=_failed, clock=clock, quarantine_s=0.0))
        if not AlertMessage.objects.filter(state=MessageState.WAITING).exists():
            break
    return dict(outcomes)


def _message(intent: Intent) -> AlertMessage:
    return AlertMessage.objects.select_related("channel", "alert").get(pk=intent.payload["message"])


def _send(intent: Intent) -> Receipt:
    message = _message(intent)
    channel = message.channel
    if channel.kind == ChannelKind.CONSOLE:
        log.warning("alert", step=message.step, title=message.title, text=message.text, count=message.count, url=message.url)
        return Receipt()
    to = [address.strip() for address in channel.to.split(",") if address.strip()]
    return Receipt(remote_id=connect.alert_sink(channel.kind, to=to).deliver(notice(message)))


def notice(message: AlertMessage) -> Notice:
    """What is said, with an address that can be followed from outside where we know ours."""
    url = f"{settings.DESK_URL}{message.url}" if settings.DESK_URL and message.url else ""
    thread = f"alert:{message.alert_id}" if message.alert_id else f"test:{message.pk}"
    key = thread if message.step == "raised" else f"{thread}:{message.step}:{message.count}"
    return Notice(key=key, thread=thread, step=message.step, title=message.title, text=message.text, url=url)


def _settled(intent: Intent, _receipt: Receipt, at: datetime) -> None:
    message = _message(intent)
    AlertMessage.objects.filter(pk=message.pk).update(state=MessageState.SENT, ended_at=at, why="")
    AlertChannel.objects.filter(pk=message.channel_id).update(broken_at=None, broken_why="")


def _failed(intent: Intent, error: PartnerError, at: datetime) -> None:
    message = _message(intent)
    AlertMessage.objects.filter(pk=message.pk).update(state=MessageState.FAILED, ended_at=at, why=error.sentence[:300])
    alerts.hand_on(message, why=error.sentence, at=at)
