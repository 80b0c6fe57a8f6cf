"""Is what we have to say being said? The channels that refuse us, and whether anybody still looks."""

from datetime import datetime, timedelta

from django.urls import reverse

from exceptions_queue.models import AlertChannel
from partners.models import Heartbeat
from partners.queries.banners import Banner
from partners.queries.words import clock_time

TELLER = "alerts"
SILENT_AFTER = timedelta(minutes=10)


def trouble(at: datetime) -> list[Banner]:
    """A banner per broken channel, and one when nobody has looked for ten minutes. Two statements."""
    url = reverse("partners:channels")
    broken = AlertChannel.objects.filter(enabled=True, broken_at__isnull=False)
    banners = [Banner("bad", f"{_broken(channel, at)} {channel.broken_why}", url) for channel in broken]
    beat = Heartbeat.objects.filter(name=TELLER).values_list("beat_at", flat=True).first()
    if beat and beat < at - SILENT_AFTER:
        banners.append(Banner("bad", f"Nobody has looked for alerts since {clock_time(beat, at)}: nothing is told by itself.", url))
    return banners


def _broken(channel: AlertChannel, at: datetime) -> str:
    return f"{channel.name} has refused our alerts since {clock_time(channel.broken_at or at, at)}; they go to the next channel."
