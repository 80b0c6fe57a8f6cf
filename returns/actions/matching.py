"""Do it: find the order that a return belongs to, by ACS's word, by the parcel's number, or by its garments; or as a person says."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from exceptions_queue.audit import record
from inventory.models import Garment
from lockers.models import Parcel
from orders.models import Order
from partners.values import identifier
from returns.actions import cases, refunds
from returns.models import Return, ReturnItem


class NotMatched(Exception):
    """It stays as it is. `sentence` says why, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def match(only: Collection[int] | None = None, *, renumbered: Collection[int] = ()) -> int:
    """Set the order of returns that have none, of `only` or of all; how many. Those `renumbered` by ACS are looked at again.

    A number that ACS names counts alone: where it is none of ours nothing is guessed from the garments. What a person said stays
    until ACS names another known number. A fixed number of statements, in the caller's transaction.
    """
    open_ones = Return.objects.select_for_update().filter(Q(order=None) | Q(pk__in=renumbered)).order_by("pk")
    rows = list(open_ones if only is None else open_ones.filter(pk__in=only))
    if not rows:
        return 0
    orders = _orders_of(rows)
    found = []
    for ret in rows:
        order_id = orders.get(ret.pk)
        if order_id and order_id != ret.order_id:
            ret.order_id = order_id
            found.append(ret)
    Return.objects.bulk_update(found, ["order"], batch_size=500)
    return len(found)


def match_by_hand(acs_id: str, number: str, *, actor: User, at: datetime) -> Order:
    """Say which order a return belongs to; audited, and its case closes. Raises NotMatched with a sentence, Return.DoesNotExist."""
    number = identifier(number).removeprefix("#")
    order = Order.objects.filter(number__iexact=number).first() or Order.objects.filter(number__iexact=f"#{number}").first()
    if order is None:
        raise NotMatched(f"There is no order {number or 'without a number'} here. Look it up in the list of orders and copy its number.")
    with transaction.atomic():
        ret = Return.objects.select_for_update().get(acs_id=acs_id)
        if ret.order_id == order.pk:
            raise NotMatched(f"The return belongs to order {order.number} already.")
        before = ret.order.number if ret.order else ""
        Return.objects.filter(pk=ret.pk).update(order=order)
        record("return matched", ret, actor=actor, at=at, before={"order": before}, after={"order": order.number})
        cases.look_at_returns(at=at, only=[ret.pk])
        refunds.look_at_returns([ret.pk], at=at)
    return order


def _orders_of(rows: Collection[Return]) -> dict[int, int]:
    """{return: order}, for those whose order can be told."""
    numbers = {ret.pk: ret.order_number for ret in rows if ret.order_number}
    numbers |= {pk: number for pk, number in (_by_parcel(rows) | _by_garments(rows)).items() if pk not in numbers}
    known = dict(Order.objects.filter(number__in=set(numbers.values())).values_list("number", "pk"))
    return {pk: known[number] for pk, number in numbers.items() if number in known}


def _by_parcel(rows: Collection[Return]) -> dict[int, str]:
    """By the number on the parcel, as it went out or as InPost sends it back."""
    carried = {ret.pk: ret.tracking_number for ret in rows if ret.tracking_number and not ret.order_number}
    if not carried:
        return {}
    wanted = set(carried.values())
    parcels = Parcel.objects.filter(Q(tracking_number__in=wanted) | Q(returning_number__in=wanted))
    orders: dict[str, str] = {}
    for number, went, returning in parcels.values_list("order_number", "tracking_number", "returning_number"):
        orders |= {went: number, returning: number}
    return {pk: orders[tracking] for pk, tracking in carried.items() if tracking in orders}


def _by_garments(rows: Collection[Return]) -> dict[int, str]:
    """By the order that ACS's stock file last named for its garments, where all of them name one and the same."""
    open_ones = [ret.pk for ret in rows if not ret.order_number]
    if not open_ones:
        return {}
    garments = list(ReturnItem.objects.filter(ret__in=open_ones).exclude(rfid="").values_list("ret", "rfid"))
    known = Garment.objects.filter(rfid__in={rfid for _, rfid in garments}).exclude(order_number="")
    orders = dict(known.values_list("rfid", "order_number"))
    named: dict[int, set[str]] = defaultdict(set)
    for pk, rfid in garments:
        named[pk] |= {orders[rfid]} if rfid in orders else set()
    return {pk: numbers.pop() for pk, numbers in named.items() if len(numbers) == 1}
