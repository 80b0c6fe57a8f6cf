"""From ACS's pick to the customers' hands: labels, lockers that close, a manifest, the courier, InPost's events, what the shop was told."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from config import sweeping
from config.running import run_feed
from config.story.fixes import person
from config.story.partners import ask, tell
from exceptions_queue import calendars
from lockers.actions.manifests import keep_open
from lockers.models import Parcel, Pull, TrackingEvent
from lockers.rules.tracking import MEANING
from lockers.states import LIVE, Carriage, ParcelState
from orders import tasks
from orders.actions import closing
from orders.models import Order
from partners.models import SyncRun

HANDED_OVER_H = 200
MOST_READINGS = 20
OUT_OF_SERVICE = "NonOperating"


def carry(plan: Mapping[str, Any], sandbox_url: str, *, say: Callable[[str], None]) -> None:
    """Play the second half of every locker order's life. The courier's round lies in the past, so that nobody's clock is moved."""
    say("ACS picks and packs; labels are made")
    pack(sandbox_url)
    say(f"{len(plan['closing']['lockers'])} lockers go out of service; the manifest is closed with what can go")
    close_lockers(plan["closing"]["lockers"], sandbox_url)
    close_manifest()
    say("the courier takes what is on it; InPost tells what became of it")
    on_it = Parcel.objects.filter(state=ParcelState.MANIFESTED).order_by("pk").values_list("tracking_number", flat=True)
    tell(f"{sandbox_url}/_sandbox/courier", {"numbers": list(on_it), "hours_ago": HANDED_OVER_H})
    follow()


def pack(sandbox_url: str) -> None:
    """Twice, because what is picked short is whole at the second go."""
    for _ in range(2):
        tell(f"{sandbox_url}/_sandbox/acs/work", {"to": "Packed"})
        sweeping.once()
        sweep_all()


def close_lockers(lockers: list[str], sandbox_url: str) -> None:
    for locker in lockers:
        tell(f"{sandbox_url}/_sandbox/points/{locker}", {"status": OUT_OF_SERVICE})
    run_feed("inpost.points")


def close_manifest() -> None:
    """As the warehouse lead does on the manifest's page."""
    at = timezone.now()
    manifest = keep_open(calendars.default_clock(at=at), at=at)
    closing.ask_to_close(manifest, actor=person("warehouse"), at=at, version=manifest.version)
    tasks.close_manifests()


def follow() -> None:
    """Read InPost and ACS until neither says anything new, and tell the shop."""
    run_feed("acs.orders")
    for _ in range(MOST_READINGS):
        run = run_feed("inpost.tracking")
        tasks.follow_parcels()
        tasks.tell_shop()
        if run.outcome != SyncRun.Outcome.OK or not run.changed:
            break
    sweep_all()


def sweep_all() -> None:
    for _ in range(sweeping.MOST_ROUNDS):
        if not sweeping.did_something(sweeping.send()):
            return


def count(sandbox_url: str) -> dict[str, int]:
    """What became of the parcels, in our database; `live_labels_twice` also counts orders with more shipments at InPost than here."""
    made_there = [one["order"] for one in ask(f"{sandbox_url}/_sandbox/inpost/shipments")["shipments"]]
    ours = list(Parcel.objects.exclude(tracking_number="").values_list("order_number", flat=True))
    live = list(Parcel.objects.filter(state__in=LIVE).values_list("order_number", flat=True))
    return {
        "labelled": Parcel.objects.filter(labelled_at__isnull=False).values("order_number").distinct().count(),
        "manifested": Parcel.objects.filter(state=ParcelState.MANIFESTED).count(),
        "pulled": Pull.objects.values("parcel").distinct().count(),
        "tracking_pushed": Order.objects.filter(shop_told_at__isnull=False).exclude(shop_tracking="").count(),
        "collected": Parcel.objects.filter(carriage=Carriage.COLLECTED).count(),
        "expired": _with_event(Carriage.EXPIRED),
        "redirected": _with_event(Carriage.REDIRECTED),
        "live_labels_twice": len(live) - len(set(live)) + sum(made_there.count(number) > ours.count(number) for number in set(made_there)),
    }


def _with_event(meaning: Carriage) -> int:
    """Parcels of which InPost has said this at some time, whatever it said later."""
    codes = [code for code, means in MEANING.items() if means == meaning]
    return TrackingEvent.objects.filter(code__in=codes).values("tracking_number").distinct().count()
