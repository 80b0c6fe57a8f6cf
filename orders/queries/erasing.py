"""Show me: which orders are one customer's, what names them, and which orders have had their time."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from exceptions_queue.rules.erasing import Traces
from lockers.models import Parcel
from orders.models import Order
from orders.rules.erasing import traces_of
from orders.states import AcsStatus, OrderState
from partners.models import Intent

KIND = "acs_release"


def numbers_of(who: str) -> list[str]:
    """The orders of a customer, given by an e-mail address or by the number of one of their orders; none where nobody is known by it.

    An order without an e-mail address, or whose customer was erased, stands for itself.
    """
    if "@" in who:
        return _with_email(who.strip())
    order = Order.objects.filter(number=who.strip()).only("number", "email").first()
    if order is None:
        return []
    return _with_email(order.email) if order.email else [order.number]


def _with_email(email: str) -> list[str]:
    theirs = Order.objects.filter(Q(email__iexact=email) | Q(shop__email__iexact=email))
    return list(theirs.order_by("pk").values_list("number", flat=True))


def traces(orders: Sequence[Order]) -> Traces:
    """What names the customers of these orders: as the shop says it, as we use it, and as ACS was told. One statement."""
    said: dict[str, list[dict[str, object]]] = {order.number: [order.shop, _used(order)] for order in orders}
    asked = Intent.objects.filter(kind=KIND, business_id__in=list(said)).values_list("business_id", "payload")
    for number, payload in asked:
        said[number] += [payload.get("order") or {}, payload.get("take") or {}]
    found = Traces()
    for order in orders:
        found |= traces_of(order.number, order.store_id, said[order.number])
    return found


def _used(order: Order) -> dict[str, object]:
    names = ("email", "mobile", "first_name", "last_name", "address1", "address2", "postcode")
    return {name: getattr(order, name) for name in names}


def in_the_air(numbers: Collection[str]) -> set[str]:
    """Those of the orders about which ACS, the shop or InPost may hear something at this moment. One statement."""
    flying = list(Intent.objects.filter(state__in=Intent.IN_THE_AIR).values_list("business_id", flat=True))
    return {number for number in numbers if any(_is_about(business_id, number) for business_id in flying)}


def _is_about(business_id: str, number: str) -> bool:
    """An intent is known by its order's number, or by that and more behind a stroke or a colon."""
    return business_id == number or business_id.startswith((f"{number}/", f"{number}:"))


def had_their_time(*, before: datetime, most: int) -> list[str]:
    """Orders that are done and to which nothing has happened since `before`: in the shop, at ACS, with a parcel. The oldest first.

    Done is closed, cancelled, left alone, never paid for, or despatched so long ago.
    """
    done = Q(state__in=[OrderState.CLOSED, OrderState.CANCELLED]) | ~Q(excluded_why="") | Q(paid_at__isnull=True)
    done |= Q(state=OrderState.RELEASED, acs_status__in=[AcsStatus.DESPATCHED, AcsStatus.CANCELLED])
    moved = Parcel.objects.filter(order_number=OuterRef("number")).filter(Q(carriage_at__gte=before) | Q(created_at__gte=before))
    old = Order.objects.filter(done, erased_at__isnull=True, placed_at__lt=before, store_updated_at__lt=before)
    old = old.filter(Q(acs_status_since__isnull=True) | Q(acs_status_since__lt=before)).exclude(Exists(moved))
    return list(old.order_by("placed_at", "pk").values_list("number", flat=True)[:most])


def erased_among(numbers: Iterable[str]) -> set[str]:
    """Those of the orders whose customer was erased. One statement."""
    return set(Order.objects.filter(number__in=list(numbers), erased_at__isnull=False).values_list("number", flat=True))
