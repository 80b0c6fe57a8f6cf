"""What goes wrong between the courier and the customer, from InPost's facts about a parcel and the hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from exceptions_queue.catalogue import Code
from lockers.rules.tracking import EXPIRING_BEFORE
from lockers.states import Carriage, ParcelState

NO_SCAN_AFTER = timedelta(hours=24)  # of the manifest's closing: the depot scans the same night
WAITING = (Carriage.IN_LOCKER, Carriage.EXPIRING)
ON_THE_WAY = frozenset(
    {
        Code.TRK_NOTTAKEN,
        Code.TRK_NOSCAN,
        Code.TRK_EXPIRING,
        Code.TRK_EXPIRED,
        Code.TRK_REDIRECTED,
        Code.TRK_FULL,
        Code.TRK_OVERSIZE,
        Code.TRK_RETURNING,
        Code.TRK_LOST,
        Code.TRK_DAMAGED,
    }
)
_BY_CARRIAGE = {
    Carriage.NOT_TAKEN: Code.TRK_NOTTAKEN,
    Carriage.EXPIRED: Code.TRK_EXPIRED,
    Carriage.NO_ROOM: Code.TRK_FULL,
    Carriage.TOO_BIG: Code.TRK_OVERSIZE,
    Carriage.UNDELIVERABLE: Code.TRK_RETURNING,
    Carriage.RETURNING: Code.TRK_RETURNING,
    Carriage.RETURNED: Code.TRK_RETURNING,
    Carriage.LOST: Code.TRK_LOST,
    Carriage.DAMAGED: Code.TRK_DAMAGED,
}
TROUBLE = tuple(_BY_CARRIAGE)


@dataclass(frozen=True)
class OnTheWay:
    """The facts of a parcel that decide. Times are UTC."""

    state: str
    carriage: str
    point_id: str = ""
    now_at_point: str = ""
    last_code: str = ""
    manifested_at: datetime | None = None
    handed_over_at: datetime | None = None
    collect_by: datetime | None = None


def wrong_on_the_way(parcel: OnTheWay, at: datetime) -> dict[str, dict[str, Any]]:
    """Every code that is true of the parcel now, with its evidence; {} while all is well."""
    found: dict[str, dict[str, Any]] = {}
    told = {"field": "parcel", "fault": parcel.carriage, "locker": parcel.now_at_point or parcel.point_id, "said": parcel.last_code}
    if code := _BY_CARRIAGE.get(Carriage(parcel.carriage)):
        found[code] = told
    if parcel.carriage in WAITING:
        if parcel.collect_by is not None and parcel.collect_by <= at:
            found[Code.TRK_EXPIRED] = told | {"fault": "time"}
        elif parcel.carriage == Carriage.EXPIRING or (parcel.collect_by is not None and parcel.collect_by - at <= EXPIRING_BEFORE):
            found[Code.TRK_EXPIRING] = _without_word(told)
    if parcel.carriage == Carriage.REDIRECTED or (parcel.carriage in WAITING and parcel.now_at_point):
        found[Code.TRK_REDIRECTED] = _without_word(told) | {"fault": "waits" if parcel.carriage in WAITING else "goes"}
    if is_unscanned(parcel, at):
        found[Code.TRK_NOSCAN] = told | {"fault": "no_scan"}
    return found


def is_unscanned(parcel: OnTheWay, at: datetime) -> bool:
    """On a closed manifest for a day, and nobody at InPost has had it in hand."""
    silent = parcel.carriage in (Carriage.NONE, Carriage.ANNOUNCED) and parcel.handed_over_at is None
    closed = parcel.manifested_at if parcel.state == ParcelState.MANIFESTED else None
    return silent and closed is not None and at - closed >= NO_SCAN_AFTER


def _without_word(told: dict[str, Any]) -> dict[str, Any]:
    """A reminder that comes meanwhile is no news, so that a case closed by hand stays closed."""
    return {name: value for name, value in told.items() if name not in ("said", "fault")}
