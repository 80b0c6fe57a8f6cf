"""Two people, a closing manifest, a label and a reassignment meet at one order, on PostgreSQL: one wins, the other is told."""

from contextvars import copy_context
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from exceptions_queue.moves import IllegalMove, move
from lockers.models import Manifest, Parcel
from lockers.states import LIVE, MOVES, ParcelState
from orders import tasks
from orders.actions import messages, reassign_locker, review_many
from orders.models import CustomerMessage, Order
from orders.states import AcsStatus, OrderState
from partners.models import Intent
from tests.orders.builders import NOON, make_order, make_shopfloor
from tests.orders.reassigning import FAR, NEAR, OLD, make_lockers

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def shopfloor(transactional_db, settings):
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()
    make_lockers()


def at_once(race, *acts) -> list[str]:
    runners = [(copy_context(), act) for act in acts]
    return race(lambda runner: runner[0].run(runner[1]), runners)


def at_acs(status: str = AcsStatus.ACKNOWLEDGED) -> Order:
    order = make_order()
    review_many([order.pk], at=NOON)
    Intent.objects.update(state=Intent.State.DONE, ended_at=NOON)
    Order.objects.update(state=OrderState.RELEASED, released_at=NOON, release_claimed_at=NOON, acs_status=status, acs_status_since=NOON)
    order.refresh_from_db()
    return order


def labelled(order: Order) -> Parcel:
    facts = {"state": ParcelState.LABELLED, "tracking_number": "JJD1", "created_at": NOON}
    return Parcel.objects.create(order_number=order.number, point_id=OLD, **facts)


def go(order: Order, to: str, person: User):
    return lambda: reassign_locker(order, locker_id=to, actor=person, at=timezone.now(), version=order.version)


def asked() -> int:
    return Intent.objects.filter(kind="acs_release", payload__elsewhere=True).count()


def test_of_two_people_one_sends_it_elsewhere_and_the_other_is_told(race):
    order, person = at_acs(), User.objects.create(username="cx")

    outcomes = at_once(race, go(order, NEAR, person), go(order, FAR, person), go(order, NEAR, person))

    assert sorted(outcomes) == ["Stale", "Stale", "ok"]
    assert asked() == AuditEntry.objects.filter(verb="locker change asked of ACS").count() == 1


@pytest.mark.parametrize("_round", range(5))
def test_a_parcel_is_closed_on_a_manifest_or_goes_elsewhere_and_never_both(race, _round):
    order, person, now = at_acs(AcsStatus.PACKED), User.objects.create(username="cx"), timezone.now()
    parcel = labelled(order)
    run = Manifest.objects.create(site_key="acs", collection_on=now.date(), cutoff_at=now, created_at=now)

    def close_it() -> None:
        """As a closing does it: the parcel's row first, then the move from where it was seen."""
        with transaction.atomic():
            row = Parcel.objects.select_for_update().get(pk=parcel.pk)
            also = {"manifest": run, "gate_passed_at": now, "manifested_at": now}
            move(row, to=ParcelState.MANIFESTED, allowed=MOVES, actor="system:test", at=now, also=also)

    outcomes = at_once(race, close_it, go(order, NEAR, person))

    parcel.refresh_from_db()
    assert (outcomes, parcel.state, asked()) in (
        (["ok", "TooLate"], ParcelState.MANIFESTED, 0),
        (["IllegalMove", "ok"], ParcelState.VOID, 1),
    )


@pytest.mark.parametrize("_round", range(5))
def test_a_label_is_never_asked_for_the_old_locker_while_the_order_goes_elsewhere(race, _round):
    order, person = at_acs(AcsStatus.PICK_CONFIRMED), User.objects.create(username="cx")

    at_once(race, tasks.ask_for_labels, go(order, NEAR, person), tasks.ask_for_labels)

    live = Parcel.objects.filter(state__in=LIVE)
    assert (asked(), live.count()) in ((1, 0), (0, 1))


def test_a_label_on_its_way_and_a_reassignment(race):
    order, person = at_acs(AcsStatus.PICK_CONFIRMED), User.objects.create(username="cx")
    tasks.ask_for_labels()

    def take_it() -> None:
        """As the label maker does it: the parcel's row, then its intent."""
        with transaction.atomic():
            parcel = Parcel.objects.select_for_update().get(order_number=order.number)
            intent = Intent.objects.select_for_update().get(kind="make-label")
            if parcel.state != ParcelState.LABEL_PENDING or intent.state != Intent.State.READY:
                raise IllegalMove(parcel, parcel.state, "sending")
            Intent.objects.filter(pk=intent.pk).update(state=Intent.State.SENDING, lease_until=timezone.now() + timedelta(minutes=2))

    outcomes = at_once(race, take_it, go(order, NEAR, person))

    assert (outcomes, asked()) in ((["ok", "Refused"], 0), (["IllegalMove", "ok"], 1))


def test_two_people_send_one_message_once(race, settings):
    settings.EMAIL_URL, settings.EMAIL_FROM = "smtp://mail.test", "orders@shop.test"
    order, person = make_order(), User.objects.create(username="cx")
    reassign_locker(order, locker_id=NEAR, actor=person, at=timezone.now(), version=order.version)
    message = CustomerMessage.objects.get()

    def send() -> None:
        messages.send_email(message, actor=person, at=timezone.now(), version=message.version)

    outcomes = at_once(race, send, send, send)

    assert sorted(outcomes) == ["Refused", "Refused", "ok"]
    assert Intent.objects.filter(kind="customer_message").count() == 1
