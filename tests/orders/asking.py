"""Orders that only their customer can put right, and the links that were made for them."""

from django.utils import timezone

from orders.actions import ask_customer, review_many
from orders.models import CustomerLink, Order
from tests.orders.builders import NOON, make_order
from tests.orders.reassigning import OLD, close

LANDLINE, MOBILE = "0113 496 0123", "07712 345068"


def without_mobile(**facts: object) -> Order:
    """Held, because its mobile number is a landline."""
    return _reviewed(make_order(**({"mobile": LANDLINE} | facts)))


def without_locker(**facts: object) -> Order:
    """Held, because its locker is out of service."""
    close(OLD)
    return _reviewed(make_order(**facts))


def without_both() -> Order:
    return without_locker(mobile=LANDLINE)


def asked(order: Order) -> CustomerLink:
    """The customer of this order has a link."""
    ask_customer(order, actor="agent", at=timezone.now())
    return CustomerLink.objects.select_related("order").get(order=order, used_at=None, revoked_at=None)


def _reviewed(order: Order) -> Order:
    review_many([order.pk], at=NOON)
    order.refresh_from_db()
    return order
