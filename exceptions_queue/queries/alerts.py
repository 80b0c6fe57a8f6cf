"""What stands open, what ended lately, and what was said of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exceptions_queue.models import Alert, AlertMessage
from exceptions_queue.queries import words
from exceptions_queue.states import MessageState

SHOWN = 50
TONES = {MessageState.SENT: "ok", MessageState.FAILED: "bad", MessageState.WAITING: "quiet", MessageState.QUEUED: "info"}
STEPS = {"raised": "Raised", "grew": "Grew", "over": "Over", "test": "Test"}


@dataclass(frozen=True)
class Standing:
    """An open alert, ready to print."""

    title: str
    sentence: str
    url: str
    kind: str
    count: int
    since: str
    since_full: str
    told: str


@dataclass(frozen=True)
class Said:
    """One message as it went, or did not go, to a channel."""

    at: str
    at_full: str
    channel: str
    instead_of: str
    step: str
    title: str
    url: str
    state: str
    tone: str
    why: str


def standing(at: datetime) -> list[Standing]:
    """The open alerts, the newest first. Two statements."""
    alerts = Alert.objects.filter(closed_at=None).order_by("-opened_at", "-pk").prefetch_related("messages__channel")[:SHOWN]
    return [_standing(alert, at) for alert in alerts]


def _standing(alert: Alert, at: datetime) -> Standing:
    names = sorted({message.channel.name for message in alert.messages.all() if message.state == MessageState.SENT})
    return Standing(
        title=alert.title,
        sentence=alert.sentence,
        url=alert.url,
        kind=alert.get_kind_display(),
        count=alert.count,
        since=words.moment(alert.opened_at, at),
        since_full=words.full(alert.opened_at),
        told=", ".join(names),
    )


def said(at: datetime) -> list[Said]:
    """The latest messages, the newest first. One statement."""
    messages = AlertMessage.objects.select_related("channel").order_by("-created_at", "-pk")[:SHOWN]
    return [Said(**_facts(message, at)) for message in messages]


def _facts(message: AlertMessage, at: datetime) -> dict[str, Any]:
    return {
        "at": words.moment(message.created_at, at),
        "at_full": words.full(message.created_at),
        "channel": message.channel.name,
        "instead_of": message.instead_of,
        "step": STEPS[message.step],
        "title": message.title,
        "url": message.url,
        "state": message.get_state_display(),
        "tone": TONES[MessageState(message.state)],
        "why": message.why,
    }
