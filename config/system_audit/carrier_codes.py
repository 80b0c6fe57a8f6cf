"""What InPost says of parcels in codes that its catalogue did not have."""

from django.db.models import Count, Max
from django.urls import reverse

from config.system_audit.gaps import Cost, Found, Row, listed, plural
from config.system_audit.look import Look
from lockers.models import TrackingEvent
from lockers.rules.tracking import MEANING
from partners.queries.words import clock_time

NEWEST_EVENTS = 20_000


def unknown(look: Look) -> Found:
    """Codes without a meaning among the newest 20,000 events of the last 30 days. One statement."""
    newest = TrackingEvent.objects.filter(received_at__gte=look.since).order_by("-pk").values("pk")[:NEWEST_EVENTS]
    events = TrackingEvent.objects.filter(pk__in=newest).exclude(code__in=MEANING).order_by()
    found = list(
        events.values("code")
        .annotate(parcels=Count("tracking_number", distinct=True), last=Max("received_at"))
        .order_by("-parcels", "code")
    )
    if not found:
        return Found()
    parcels = sum(each["parcels"] for each in found)
    return Found(
        count=len(found),
        sentence=f"InPost used {plural(len(found), 'event code')} that Lockstep does not know: the parcel stays shown where it was before.",
        costs=(Cost(parcels, "parcel not followed", "parcels not followed"),),
        rows=listed(
            [Row(each["code"], "", f"{plural(each['parcels'], 'parcel')}, last {clock_time(each['last'], look.at)}") for each in found]
        ),
        url=f"{reverse('partners:sync')}?feed=inpost.tracking",
    )
