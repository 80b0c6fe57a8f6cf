"""May this basket go to a locker? The release gate's own judgement (`parcel`, `places`) on a basket's facts, in two statements at most."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from django.db import connection

from exceptions_queue.catalogue import Code
from lockers.queries import checkout
from lockers.queries.prepared import prepared
from lockers.rules.postcodes import Parts
from orders.problems import places
from orders.problems.facts import Line, Place, settings_of
from orders.problems.parcel import Packed, pack, too_big_alone
from orders.rules import eligibility
from orders.rules.eligibility import Reason
from partners.inpost.compartments import Limits

Asked = Sequence[tuple[str, int]]
_UNKNOWN = (None, None, None, None, None, None)


class NotMirrored(Exception):
    """No locker was ever read: what is not known yet must not read as wrong."""


class Judged(NamedTuple):
    """`size` is the compartment the basket needs, "" where none takes it; without reasons it may go to a locker."""

    size: str
    reasons: list[Reason]
    around: checkout.Around


def judge_cart(asked: Asked, *, place: Parts | None = None, locker_id: str = "") -> Judged:
    """Judge (SKU, quantity) lines for a locker: one near a postcode, a chosen one, both, or any. Raises NotMirrored."""
    lines, limits = read_lines(asked)
    packed = pack(lines, limits=limits)
    reasons = _of_goods(packed, lines, limits)
    if not (locker_id or (place and packed.size)):
        return Judged(packed.size, reasons, checkout.NOWHERE)
    around = checkout.around(place, locker_id, packed.size)
    if not around.mirrored:
        raise NotMirrored
    if locker_id:
        given = Place._make(around.given) if around.given else None
        reasons += eligibility.of_locker(places.wrong_with_locker(locker_id, packed.size, given))
    elif not any((point.metres or 0) <= eligibility.REACH_M for point in around.near):
        reasons.append(eligibility.none_near())
    return Judged(packed.size, reasons, around)


def _of_goods(packed: Packed, lines: Sequence[Line], limits: Limits) -> list[Reason]:
    for code, evidence in packed.found.items():
        blamed = packed.unsized if code == Code.VAL_DIM_MISSING else too_big_alone(lines, limits=limits)
        return eligibility.of_goods(code, str(evidence["fault"]), blamed)
    return []


def read_lines(asked: Asked) -> tuple[list[Line], Limits]:
    """The lines beside what the product master knows, and what a parcel may be; an unknown SKU has no size. One statement.

    The settings in force ride along with the products: a basket of which no SKU is known is refused whatever they are.
    """
    skus = list({sku for sku, _ in asked})
    with prepared() as cursor:
        cursor.execute(_sql(1 if connection.vendor == "postgresql" else len(skus)), [skus] if connection.vendor == "postgresql" else skus)
        rows = cursor.fetchall()
    known: Mapping[str, Sequence[int | None]] = {sku: facts for sku, *facts, _ in rows}
    limits = settings_of(rows[0][-1] if rows else None).limits
    return [_line(sku, quantity, known.get(sku, _UNKNOWN)) for sku, quantity in asked], limits


def _line(sku: str, quantity: int, facts: Sequence[int | None]) -> Line:
    length, width, height, weight, rigid, factor = facts
    return Line(sku, quantity, length, width, height, weight, bool(rigid), None, known_to_acs=True, factor=factor)


@cache
def _sql(many: int) -> str:
    """A list goes to PostgreSQL as one array: the statement stays the same whatever the basket."""
    among = "= ANY(%s)" if connection.vendor == "postgresql" else f"IN ({', '.join(['%s'] * many)})"
    return (
        "SELECT p.sku, p.length_mm, p.width_mm, p.height_mm, p.weight_g, p.rigid, "  # noqa: S608 - our own names
        "(SELECT c.accepted_factor FROM inventory_sizecorrection c WHERE c.sku = p.sku), "
        "(SELECT s.in_force FROM orders_rulesetting s ORDER BY s.version DESC LIMIT 1) "
        f"FROM inventory_product p WHERE p.sku {among}"
    )
