"""Orders, lockers and goods that are right until a test makes them wrong."""

from datetime import UTC, datetime, timedelta
from itertools import count

from inventory.models import AcsSku, Product
from lockers.models import Point
from orders.actions.allocating import allocate_for
from orders.models import Order, OrderLine
from orders.rules import duplicates
from partners.mappings import fold
from partners.models import CodeMapping

NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
_numbers = count(70_001)

METHODS = {
    "inpost_locker": ("24", {"agent": "INPOST", "destination": "locker"}),
    "royal_mail_48": ("48", {"agent": "RM", "destination": "home"}),
    "dpd_next_day": ("ND", {"agent": "DPD", "destination": "home"}),
}


def make_methods() -> None:
    """The delivery methods as an integration admin would have mapped them."""
    CodeMapping.objects.bulk_create(
        CodeMapping(partner="acs", kind="delivery_method", raw=raw, folded=fold(raw), target=target, flags=flags)
        for raw, (target, flags) in METHODS.items()
    )


def make_point(point_id: str = "UK00000904", **facts: object) -> Point:
    defaults = {
        "status": "Operating",
        "is_locker": True,
        "functions": ["parcel", "parcel_collect", "parcel_send"],
        "name": "Euston Road",
        "city": "London",
        "postcode": "NW1 2DB",
        "outward": "NW1",
        "latitude": 51.528,
        "longitude": -0.133,
        "open_24_7": True,
        "availability": "NORMAL",
        "sizes": {"A": "NORMAL", "B": "NORMAL", "C": "NORMAL"},
        "content_hash": point_id,
        "may_receive": True,
        "fetched_at": NOON,
        "changed_at": NOON,
    }
    return Point.objects.create(point_id=point_id, **(defaults | facts))


def make_product(sku: str = "DRS-0012-10", *, known_to_acs: bool = True, **facts: object) -> Product:
    defaults = {
        "name": "Midi dress",
        "length_mm": 350,
        "width_mm": 250,
        "height_mm": 60,
        "weight_g": 600,
        "rigid": False,
        "origin_country": "GB",
        "fetched_at": NOON,
        "changed_at": NOON,
    }
    if known_to_acs:
        AcsSku.objects.get_or_create(sku=sku, defaults={"source": "setup_list", "first_seen_at": NOON})
    return Product.objects.create(sku=sku, **(defaults | facts))


def make_order(*, sku: str = "DRS-0012-10", quantity: int = 1, **facts: object) -> Order:
    """A paid locker order that passes every check, unless `facts` say otherwise. It needs make_methods, make_point, make_product."""
    number = str(facts.pop("number", f"LS-{next(_numbers)}"))
    placed_at = facts.pop("placed_at", NOON - timedelta(minutes=2))
    defaults = {
        "store_id": number,
        "placed_at": placed_at,
        "paid_at": placed_at,
        "store_updated_at": placed_at,
        "total_pence": 8400,
        "email": f"{number.lower()}@example.com",
        "mobile": "07712 345 068",
        "first_name": "Ada",
        "last_name": "Byron",
        "address1": "1 High Street",
        "city": "Leeds",
        "postcode": "LS1 4AB",
        "country": "GB",
        "locker_id": "UK00000904",
        "destination": "locker",
        "delivery_method": "inpost_locker",
        "content_hash": number,
        "fetched_at": NOON,
    }
    order = Order(number=number, **(defaults | facts))
    order.customer_key = duplicates.customer_key(order.email, order.mobile, order.postcode)
    order.contents_key = duplicates.contents_key([(sku, quantity)], order.address1 + order.postcode)
    order.save()
    OrderLine.objects.create(order=order, line_id="1", sku=sku, quantity=quantity, unit_price_pence=8400)
    allocate_for([order.pk], at=NOON)
    return order


def make_shopfloor() -> None:
    """Everything a good order needs around it."""
    make_methods()
    make_point()
    make_product()
