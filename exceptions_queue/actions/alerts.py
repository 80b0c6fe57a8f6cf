"""What somebody must hear of: make the alerts equal what is true, and write down what each channel is to be told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, OuterRef, Q, Subquery

from exceptions_queue.models import Alert, AlertChannel, AlertMessage, Maintenance
from exceptions_queue.rules import Step, next_step
from exceptions_queue.rules.alerts import Told
from exceptions_queue.states import AlertKind

DELAYS = {  # minutes before a channel speaks of a kind, where it does not say otherwise
    AlertKind.CASES: 5,
    AlertKind.CUTOFF: 0,
    AlertKind.LATE: 10,
    AlertKind.FAILED: 10,
    AlertKind.LOW_VOLUME: 60,
    AlertKind.HEARTBEAT: 3,
}
SPEAKS_OF = timedelta(days=2)  # an alert that ended longer ago is history


@dataclass(frozen=True)
class Concern:
    """One thing that is true now and that somebody should hear of. `key` is the same as long as it is the same cause."""

    key: str
    title: str
    sentence: str
    count: int = 1
    url: str = ""
    owner: str = ""
    due_at: datetime | None = None


def make_equal(kind: str, concerns: Sequence[Concern], *, at: datetime) -> dict[str, int]:
    """Open, count up or down, and close the alerts of `kind` so that they are exactly `concerns`. Three statements and one a change."""
    wanted = {concern.key: concern for concern in concerns}
    with transaction.atomic():
        standing = {alert.key: alert for alert in Alert.objects.select_for_update().filter(kind=kind, closed_at=None).order_by("pk")}
        gone = [alert.pk for key, alert in standing.items() if key not in wanted]
        Alert.objects.filter(pk__in=gone).update(closed_at=at, count=0, seen_at=at)
        new = [_alert(kind, concern, at) for key, concern in wanted.items() if key not in standing]
        Alert.objects.bulk_create(new, ignore_conflicts=True)
        moved = [_moved(standing[key], concern, at) for key, concern in wanted.items() if key in standing]
        Alert.objects.bulk_update(moved, ["count", "most", "sentence", "title", "due_at", "seen_at"], batch_size=200)
    return {"opened": len(new), "closed": len(gone), "open": len(wanted)}


def _alert(kind: str, concern: Concern, at: datetime) -> Alert:
    said = {"title": concern.title[:200], "sentence": concern.sentence[:500], "url": concern.url[:300], "owner": concern.owner}
    counted = {"count": concern.count, "most": concern.count, "due_at": concern.due_at}
    return Alert(key=concern.key[:200], kind=kind, opened_at=at, seen_at=at, **said, **counted)


def _moved(alert: Alert, concern: Concern, at: datetime) -> Alert:
    alert.count, alert.most, alert.seen_at = concern.count, max(alert.most, concern.count), at
    alert.title, alert.sentence, alert.due_at = concern.title[:200], concern.sentence[:500], concern.due_at
    return alert


def tell(*, at: datetime) -> int:
    """Write down what each channel is to be told now; return how many messages. Safe to run twice: what was said is not said again."""
    channels = list(AlertChannel.objects.filter(enabled=True))
    quiet = Maintenance.objects.filter(starts_at__lte=at, ends_at__gt=at).exists()
    told = _told()
    alerts = Alert.objects.filter(Q(closed_at=None) | Q(closed_at__gt=at - SPEAKS_OF)).order_by("pk")
    messages = [
        message
        for alert in alerts
        for channel in channels
        if channel.broken_at is None
        for message in _message(alert, channel, told.get((alert.pk, channel.pk)), quiet=quiet, at=at)
    ]
    AlertMessage.objects.bulk_create(messages, ignore_conflicts=True)
    return len(messages)


def _told() -> dict[tuple[int, int], tuple[Told, bool]]:
    """Per alert and channel what was said of it, and whether the end was."""
    rows = AlertMessage.objects.filter(alert__isnull=False).values("alert", "channel").order_by()
    latest = AlertMessage.objects.filter(alert=OuterRef("alert"), channel=OuterRef("channel")).order_by("-id")
    counted = rows.annotate(
        last=Subquery(latest.values("count")[:1]), grew=Count("pk", filter=Q(step=Step.GREW)), over=Max("pk", filter=Q(step=Step.OVER))
    )
    return {(row["alert"], row["channel"]): (Told(row["last"], row["grew"]), row["over"] is not None) for row in counted}


def _message(alert: Alert, channel: AlertChannel, told: tuple[Told, bool] | None, *, quiet: bool, at: datetime) -> Iterator[AlertMessage]:
    serves = not channel.desks or not alert.owner or alert.owner in channel.desks
    silent_end = alert.kind == AlertKind.CUTOFF and alert.closed_at  # a nearer warning takes its place
    if not serves or silent_end or (told and told[1]):
        return
    delay = timedelta(minutes=channel.delays.get(alert.kind, DELAYS[AlertKind(alert.kind)]))
    is_open = alert.closed_at is None
    said = told[0] if told else None
    step = next_step(is_open=is_open, age=at - alert.opened_at, delay=delay, count=alert.count, told=said, quiet=quiet)
    if step:
        yield AlertMessage(
            alert=alert,
            channel=channel,
            step=step,
            count=alert.count,
            title=_title(alert, step),
            text=_text(alert, step),
            url=alert.url,
            created_at=at,
        )


def _title(alert: Alert, step: Step) -> str:
    return {Step.GREW: f"Still growing: {alert.title}", Step.OVER: f"Over: {alert.title}"}.get(step, alert.title)


def _text(alert: Alert, step: Step) -> str:
    if step == Step.OVER:
        return f"It is put right. At worst it concerned {alert.most:,}."
    return alert.sentence


def hand_on(message: AlertMessage, *, why: str, at: datetime) -> AlertMessage | None:
    """A channel refused for good: mark it broken, and give the message to the next channel that works.

    None when there is none, when that one has said it already, or when it was only a test.
    """
    broken = message.channel
    with transaction.atomic():
        AlertChannel.objects.filter(pk=broken.pk, broken_at=None).update(broken_at=at, broken_why=why[:300])
        working = AlertChannel.objects.filter(enabled=True, broken_at=None).exclude(pk=broken.pk)
        following = working.filter(position__gte=broken.position).first() or working.last()
        if following is None or message.step == Step.TEST or following.messages.filter(alert=message.alert, step=message.step).exists():
            return None
        return AlertMessage.objects.create(
            alert=message.alert,
            channel=following,
            step=message.step,
            count=message.count,
            title=message.title,
            text=message.text,
            url=message.url,
            instead_of=message.instead_of or broken.name,
            created_at=at,
        )
