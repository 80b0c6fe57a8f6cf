"""Look at everything that somebody must hear of, in every room, and send what there is to say. Leaves a heartbeat of its own."""

from datetime import datetime

from django.utils import timezone

from config.invariants import late_jobs
from exceptions_queue.actions import alerts, concerns
from exceptions_queue.actions.alerts import Concern
from exceptions_queue.queries import words
from exceptions_queue.states import AlertKind, Owner
from orders.actions.volume import watch_volume
from orders.actions.warning import before_collection
from partners import alerting
from partners.actions import concerns as feeds
from partners.models import Heartbeat
from partners.queries import telling


def tell_people() -> dict[str, int]:
    """Once a minute. Returns how many alerts are open of each kind, how many messages were written, and how they ended."""
    at = timezone.now()
    opened = (
        concerns.watch(at=at, before=before_collection(at=at))
        | feeds.watch(at=at)
        | {"low_volume": watch_volume(at=at), "heartbeat": watch_ourselves(at=at)}
    )
    said = alerts.tell(at=at)
    sent = alerting.send(clock=timezone.now)
    Heartbeat.objects.update_or_create(name=telling.TELLER, defaults={"beat_at": at})
    return {f"open {kind}": count for kind, count in opened.items()} | {"said": said} | sent


def watch_ourselves(*, at: datetime) -> int:
    """Alerts about timetabled jobs that are late. Workers that stand still are healed by who watches them, and told by a banner."""
    return alerts.make_equal(AlertKind.HEARTBEAT, [_job(name, since, at) for name, since in late_jobs(at)], at=at)["open"]


def _job(name: str, since: datetime, at: datetime) -> Concern:
    sentence = f"It should have started {words.moment(since, at)}."
    return Concern(key=f"job:{name}", title=f"A job is late: {name}", sentence=sentence, owner=Owner.INTEGRATION)
