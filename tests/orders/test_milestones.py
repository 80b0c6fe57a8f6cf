"""The shop shows each step of a parcel's way once, only forward, at InPost's time, and never of a number that is not ours."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lockers.states import Carriage
from orders import tasks
from orders.models import Order
from orders.rules.milestones import LAST_MILE, Way, happened_at, milestone_of
from partners import outbox
from partners.errors import UnknownOutcome
from partners.models import Intent
from partners.shop import Milestone
from tests.orders.builders import NOON
from tests.orders.parcels import parcel, say, shown

HAPPY = ("FMD.1002", "MMD.1001", "LMD.1001", "LMD.1005", "EOL.1002")


@pytest.mark.django_db(transaction=True)
class TestTelling:
    def test_each_step_is_shown_once_at_inposts_own_time(self, shop_folder):
        one = parcel()
        instants = []
        for hours, code in enumerate(HAPPY):
            instants.append(say(one, code, hours).isoformat(timespec="seconds"))
            tasks.follow_parcels()
            tasks.tell_shop()
            tasks.tell_shop()

        assert shown(shop_folder) == list(zip(("transit", "out", "ready", "delivered"), instants[1:], strict=True))
        assert Intent.objects.filter(kind="shop_milestone", state="done").count() == 4

    def test_what_was_overtaken_is_not_told_late(self, shop_folder):
        one = parcel()
        for hours, code in enumerate(HAPPY[:4]):
            say(one, code, hours)

        tasks.tell_shop()
        say(one, "MMD.1003", 1.5)  # a depot's scan that arrives after the locker's
        tasks.tell_shop()

        assert [step for step, _ in shown(shop_folder)] == ["ready"]

    def test_a_second_locker_is_not_a_step_back(self, shop_folder):
        one = parcel()
        for hours, code in enumerate(("FMD.1002", "LMD.1005", "LMD.3016", "LMD.1005")):
            say(one, code, hours)
            tasks.tell_shop()

        assert [step for step, _ in shown(shop_folder)] == ["ready"]

    def test_the_number_comes_first_and_both_go_at_once(self, shop_folder):
        one = parcel()
        say(one, "FMD.1002")
        say(one, "LMD.1005", 5)

        assert tasks.tell_shop() == {"done": 1, "milestones_done": 1}
        assert Order.objects.get(number=one.order_number).shop_tracking == "T1"

    def test_nothing_is_said_of_a_number_that_the_shop_does_not_show_as_ours(self, shop_folder):
        one = parcel()
        Order.objects.filter(number=one.order_number).update(shop_tracking="SOMEBODYS")
        say(one, "LMD.1005")

        assert tasks.milestones.queue_milestones(at=timezone.now()) == 0

    def test_what_the_folder_does_not_show_is_refused(self, shop_folder):
        one = parcel(number="T9")
        Order.objects.filter(number=one.order_number).update(shop_tracking="T9", shop_told_at=NOON)
        say(one, "LMD.1005")

        assert tasks.tell_shop() == {"milestones_refused": 1}
        assert tasks.tell_shop() == {}
        assert shown(shop_folder) == []

    def test_in_observe_mode_nothing_is_queued(self, shop_folder, settings):
        one = parcel()
        Order.objects.filter(number=one.order_number).update(shop_tracking="T1")
        settings.MODES = settings.MODES | {"store": "observe"}
        say(one, "LMD.1005")

        assert tasks.tell_shop() == {}
        assert not Intent.objects.exists()

    def test_an_answer_that_was_lost_is_asked_again_and_shown_once(self, shop_folder):
        one = parcel()
        say(one, "FMD.1002")
        tasks.tell_shop()
        say(one, "LMD.1005", 5)
        tasks.milestones.queue_milestones(at=timezone.now())
        lost = iter([True])

        def send(intent: Intent) -> outbox.Receipt:
            receipt = tasks.milestones.send(intent)
            if next(lost, False):
                raise UnknownOutcome("store", "The answer was lost.")
            return receipt

        outbox.drain("shop_milestone", send=send, clock=timezone.now)
        Intent.objects.update(next_at=timezone.now() - timedelta(seconds=1))

        assert tasks.tell_shop() == {"milestones_already": 1}
        assert [step for step, _ in shown(shop_folder)] == ["ready"]

    def test_thirty_parcels_cost_the_same_statements_as_three_beside_an_intent_for_each(self, shop_folder):
        counts = []
        for size, start in ((3, 100), (30, 200)):
            for number in range(start, start + size):
                one = parcel(number=f"T{number}", handed_over_at=NOON)
                Order.objects.filter(number=one.order_number).update(shop_tracking=one.tracking_number)
                say(one, "LMD.1005")
            Intent.objects.all().delete()
            with CaptureQueriesContext(connection) as told:
                queued = tasks.milestones.queue_milestones(at=timezone.now())
            counts.append(len(told) - 2 * queued)  # an intent and its bell
            Intent.objects.update(state="done")

        assert counts[1] <= counts[0] + 2


@given(st.sampled_from(Carriage.values), st.sampled_from(["", "LMD.1001", "LMD.1002", "MMD.1001", "XXX.1"]))
def test_a_step_is_told_of_what_moves_and_only_then(carriage, code):
    found = milestone_of(Way(carriage, last_code=code, carriage_at=NOON))

    if carriage in ("", "announced", "not_taken", "handed_over", "cancelled"):
        assert found is None
    elif carriage == "in_transit":
        assert found == (Milestone.OUT if code in LAST_MILE else Milestone.TRANSIT)
    else:
        assert found is not None
        assert happened_at(Way(carriage, carriage_at=NOON)) == NOON


def test_the_steps_lie_in_the_order_in_which_a_parcel_takes_them():
    assert Milestone.DELIVERED.onwards == (Milestone.DELIVERED,)
    assert Milestone.READY.onwards == (Milestone.READY, Milestone.FAILED, Milestone.DELIVERED)
    assert Milestone.TRANSIT.onwards == tuple(Milestone)
