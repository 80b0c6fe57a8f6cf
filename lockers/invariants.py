"""What must be true of the mirrored lockers at any moment, checked by `manage.py verify`."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import F, Q

from lockers.models import Parcel, Point, Pull
from lockers.rules import points
from lockers.states import ParcelState
from lockers.sync.absence import CRAWLS_UNTIL_GONE

SHOWN = 20
_FACTS = ("is_locker", "status", "functions", "collect_excluded", "latitude", "longitude")


def may_receive_is_what_the_rule_says(_at: datetime) -> list[str]:
    """The column that look-ups trust equals the rule on the row's own facts, and nothing that is gone receives."""
    rows = Point.objects.order_by("pk").values_list("point_id", "may_receive", "gone_at", *_FACTS)
    wrong = [
        point_id
        for point_id, stored, gone_at, *facts in rows.iterator(chunk_size=5000)
        if stored != (gone_at is None and points.may_receive(**dict(zip(_FACTS, facts, strict=True))))
    ]
    return [f"{point_id} is stored as receiving or not, and the rule says otherwise" for point_id in wrong[:SHOWN]]


def gone_means_missed_twice(_at: datetime) -> list[str]:
    """A point is gone exactly when enough crawls running did not name it."""
    missed = Q(missing_crawls__gte=CRAWLS_UNTIL_GONE)
    gone = Q(gone_at__isnull=False)
    wrong = Point.objects.filter((missed & ~gone) | (gone & ~missed)).values_list("point_id", "missing_crawls")[:SHOWN]
    return [f"{point_id} was missed by {crawls} crawls, which does not agree with its being gone or not" for point_id, crawls in wrong]


def on_a_manifest_means_manifested(_at: datetime) -> list[str]:
    """A parcel that names a manifest is manifested, and a closed manifest has nothing else on it."""
    wrong = Parcel.objects.filter(manifest__isnull=False).exclude(state=ParcelState.MANIFESTED).order_by("pk")
    return [f"parcel {parcel} is on a manifest and is {parcel.get_state_display().lower()}" for parcel in wrong[:SHOWN]]


def no_parcel_goes_and_is_pulled(_at: datetime) -> list[str]:
    """What was pulled from a manifest is not on it."""
    both = Pull.objects.filter(parcel__manifest=F("manifest"), parcel__state=ParcelState.MANIFESTED).select_related("parcel")
    return [f"parcel {pull.parcel} is on the manifest from which it was pulled" for pull in both.order_by("pk")[:SHOWN]]


INVARIANTS: list[tuple[str, Callable[[datetime], list[str]]]] = [
    ("may_receive is what the rule says", may_receive_is_what_the_rule_says),
    ("gone means missed by two crawls running", gone_means_missed_twice),
    ("on a manifest means manifested", on_a_manifest_means_manifested),
    ("no parcel goes and is pulled", no_parcel_goes_and_is_pulled),
]
