"""The shop is told once that a parcel has left, again when its number changed, and never by guesswork."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from lockers.models import Parcel
from orders import tasks
from orders.actions import fulfilling
from orders.models import Order
from partners import connect
from partners.errors import Rejected, UnknownOutcome
from partners.models import Intent
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db(transaction=True)


class Shop:
    """A shop that shows numbers and counts whom it told; `troubles` are raised after the act, one a call."""

    def __init__(self) -> None:
        self.shown: dict[str, str] = {}
        self.told: list[tuple[str, str]] = []
        self.troubles: list[Exception] = []

    def ship(self, number: str, *, store_id: str, tracking: str, url: str, instead_of: str = "") -> tuple[str, bool]:
        assert tracking in url
        news = self.shown.get(number) != tracking
        if news:
            assert self.shown.get(number, "") == instead_of
            self.shown[number] = tracking
            self.told.append((number, tracking))
        if self.troubles:
            raise self.troubles.pop(0)
        return f"F-{number}", news


@pytest.fixture
def shop(settings, monkeypatch) -> Shop:
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()
    shop = Shop()
    monkeypatch.setattr(connect, "store", lambda: shop)
    return shop


def parcel(*, left: bool = True, acs: str = "packed", number: str = "T1") -> Parcel:
    order = make_order(state="released", released_at=NOON, release_claimed_at=NOON, acs_status=acs)
    handed = {"carriage": "handed_over", "handed_over_at": NOON} if left else {}
    return Parcel.objects.create(
        order_number=order.number, state="labelled", point_id=order.locker_id, tracking_number=number, created_at=NOON, **handed
    )


def test_what_left_is_told_once(shop):
    one = parcel()
    parcel(left=False, number="T2")
    despatched = parcel(left=False, acs="despatched", number="T3")

    first, second = tasks.tell_shop(), tasks.tell_shop()

    order = Order.objects.get(number=one.order_number)
    assert (first, second) == ({"done": 2}, {})
    assert sorted(shop.told) == sorted([(one.order_number, "T1"), (despatched.order_number, "T3")])
    assert (order.shop_tracking, order.shop_fulfilment_id) == ("T1", f"F-{order.number}")
    assert order.shop_told_at is not None


def test_a_replaced_parcel_corrects_the_number(shop):
    one = parcel()
    tasks.tell_shop()
    Parcel.objects.filter(pk=one.pk).update(state="void")
    Parcel.objects.create(
        order_number=one.order_number,
        revision=2,
        state="labelled",
        point_id="UK1",
        tracking_number="T9",
        created_at=NOON,
        handed_over_at=NOON,
    )

    tasks.tell_shop()

    assert shop.told == [(one.order_number, "T1"), (one.order_number, "T9")]


def test_an_answer_that_was_lost_is_asked_for_again_and_nobody_is_told_twice(shop):
    one = parcel()
    shop.troubles = [UnknownOutcome("store", "The answer was lost.")]

    tasks.tell_shop()
    Intent.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    tasks.tell_shop()
    Intent.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    tasks.tell_shop()

    assert shop.told == [(one.order_number, "T1")]
    assert Order.objects.get(number=one.order_number).shop_tracking == "T1"


def test_a_refusal_is_asked_again_after_an_hour_only(shop):
    parcel()
    shop.troubles = [Rejected("store", "It is on hold there.")]

    tasks.tell_shop()
    tasks.tell_shop()
    assert Intent.objects.count() == 1

    Intent.objects.update(ended_at=timezone.now() - timedelta(hours=2))
    tasks.tell_shop()
    assert Intent.objects.filter(state="done").count() == 1


def test_what_the_shop_refuses_keeps_nobody_waiting(shop, monkeypatch):
    monkeypatch.setattr(fulfilling, "AT_ONCE", 1)
    parcel()
    shop.troubles = [Rejected("store", "It is on hold there.")]
    tasks.tell_shop()
    second = parcel(number="T2")

    tasks.tell_shop()

    assert shop.told[-1] == (second.order_number, "T2")


def test_in_observe_mode_nothing_is_written(shop, settings):
    settings.MODES = settings.MODES | {"store": "observe"}
    parcel()

    assert tasks.tell_shop() == {}
    assert shop.told == []


@pytest.mark.parametrize(
    ("carriage", "acs", "told"),
    [
        ("handed_over", "packed", True),
        ("handed_over", "despatched", True),
        ("", "despatched", True),
        ("announced", "packed", False),
        ("not_taken", "packed", False),
        ("not_taken", "despatched", False),
        ("cancelled", "despatched", False),
    ],
)
def test_the_shop_is_told_of_what_has_left_and_of_nothing_that_the_courier_did_not_take(shop, carriage, acs, told):
    one = parcel(left=False, acs=acs)
    at = NOON if carriage == "handed_over" else None
    Parcel.objects.filter(pk=one.pk).update(carriage=carriage, handed_over_at=at)

    tasks.tell_shop()

    assert shop.told == ([(one.order_number, "T1")] if told else [])


def test_what_inpost_tells_of_is_asked_of_the_shop_in_the_same_minute_and_rings_for_it(shop):
    one = parcel(left=False)
    Parcel.objects.filter(pk=one.pk).update(carriage="handed_over", handed_over_at=NOON)

    counted = tasks.follow_parcels()

    assert counted["to_tell"] == 1
    assert Intent.objects.get().state == "ready"
    assert OrmQ.objects.get().task["func"] == "orders.tasks.tell_shop"
