"""The orders of each step, ready to be shown, and by name those that do not get on by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from exceptions_queue.queries import words
from lockers.models import Manifest, Parcel
from lockers.queries.manifests import by_hand, waiting
from lockers.states import NOT_YET_GONE, Carriage, ManifestState, ParcelState
from orders.models import Order
from orders.queries.manifests.steps import SHOWN, of_step, of_step_ever, parcels, to_label
from orders.queries.manifests.stops import Stops, stops, troubled

MOST_STUCK = 200
_ORDER = ("pk", "number", "total_pence", "locker_id", "acs_status_since")
_PARCEL = ("id", "order_number", "tracking_number", "point_id", "size", "weight_g", "state", "carriage", "carriage_at")
_PARCELS = (*_PARCEL, "labelled_at", "manifested_at")


@dataclass(frozen=True)
class Row:
    """One order on its way to the courier. `why` names what stops it, `case` is the open case about that, 0 where there is none.

    `again` is the parcel whose label may be tried again, `pulled` says that a person took it off.
    """

    number: str
    tracking: str = ""
    parcel: int = 0
    where: str = ""
    since: str = ""
    locker: str = ""
    size: str = ""
    value: str = ""
    why: str = ""
    more: int = 0
    case: int = 0
    again: int = 0
    pulled: bool = False
    may_pull: bool = False


def rows(show: str, *, at: datetime, manifest: Manifest | None, most: int = SHOWN) -> list[Row]:
    """The orders of one step, those that have waited longest first. Six statements, however many."""
    if show == "to_label":
        orders = list(to_label().order_by("acs_status_since", "pk").values(*_ORDER)[:most])
        stopped = stops([order["pk"] for order in orders], manifest)
        return [_unlabelled(order, stopped, at) for order in orders]
    found = list(parcels(show, at=at).order_by("labelled_at", "pk").values(*_PARCELS)[:most])
    return _parcel_rows(found, at=at, manifest=manifest)


def of_manifest(manifest: Manifest, show: str, *, at: datetime) -> list[Row]:
    """The parcels of one manifest, of one step or all."""
    on = Parcel.objects.filter(manifest=manifest)
    found = on.filter(of_step_ever(show)) if show in ("manifested", "collected", "scanned") else on
    return _parcel_rows(list(found.order_by("order_number", "pk").values(*_PARCELS)[:SHOWN]), at=at, manifest=None)


def _parcel_rows(found: Sequence[dict[str, Any]], *, at: datetime, manifest: Manifest | None) -> list[Row]:
    orders = {
        order["number"]: order
        for order in Order.objects.filter(number__in=[one["order_number"] for one in found]).values("pk", "number", "total_pence")
    }
    stopped = stops([order["pk"] for order in orders.values()], manifest)
    return [_parcel_row(one, orders.get(one["order_number"], {}), stopped, at, manifest) for one in found]


def _unlabelled(order: dict[str, Any], stopped: Stops, at: datetime) -> Row:
    since = words.moment(order["acs_status_since"], at) if order["acs_status_since"] else ""
    shown = {"locker": order["locker_id"], "value": words.pounds(order["total_pence"]), "since": since, "where": "Picked, no label"}
    return Row(number=order["number"], **shown, **stopped.of(order["pk"], order["number"], 0))


def _parcel_row(one: dict[str, Any], order: Mapping[str, Any], stopped: Stops, at: datetime, manifest: Manifest | None) -> Row:
    told = stopped.of(order.get("pk", 0), one["order_number"], one["id"])
    labelled = one["state"] == ParcelState.LABELLED
    since = one["labelled_at"] if labelled else one["carriage_at"] if one["carriage"] not in NOT_YET_GONE else one["manifested_at"]
    return Row(
        number=one["order_number"],
        tracking=one["tracking_number"],
        parcel=one["id"],
        where="Labelled" if labelled else "On the manifest" if one["carriage"] in NOT_YET_GONE else Carriage(one["carriage"]).label,
        since=words.moment(since, at) if since else "",
        locker=one["point_id"],
        size=size_in_words(one["size"], one["weight_g"]),
        value=words.pounds(order.get("total_pence", 0)),
        may_pull=bool(labelled and manifest and manifest.state == ManifestState.OPEN and not told["pulled"]),
        **told,
    )


def size_in_words(size: str, weight_g: int | None) -> str:
    """ "A, 0.70 kg"."""
    return ", ".join(filter(None, [size, f"{weight_g / 1000:.2f} kg" if weight_g else ""]))


def stuck(*, at: datetime, manifest: Manifest | None) -> list[Row]:
    """Every order that does not get on by itself, by name and with its reason; at most 200. A fixed number of statements."""
    unlabelled = list(troubled(to_label(), manifest).values(*_ORDER)[:MOST_STUCK])
    numbers = troubled(Order.objects.all(), manifest).values("number")
    hands = by_hand(manifest).values("parcel_id") if manifest else []
    moving = waiting() | Parcel.objects.filter(of_step("manifested", at), state=ParcelState.MANIFESTED)
    found = moving.filter(Q(order_number__in=numbers) | Q(pk__in=hands)).order_by("labelled_at", "pk").values(*_PARCELS)[:MOST_STUCK]
    stopped = stops([order["pk"] for order in unlabelled], manifest)
    both = [_unlabelled(order, stopped, at) for order in unlabelled] + _parcel_rows(list(found), at=at, manifest=manifest)
    return [row for row in both if row.why][:MOST_STUCK]
