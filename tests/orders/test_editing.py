"""The shop changes or cancels what ACS has: one case, closed by what ACS shows, and never by hope."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from config.running import run_feed
from exceptions_queue.catalogue import sentence
from exceptions_queue.models import AuditEntry, ExceptionCase
from inventory.models import AcsSku, Allocation
from orders import tasks
from orders.actions import Refused, Stale, TooLate, accept_as_sent, amend, recall, recheck, resend, review_many
from orders.actions.sending import find_edited, look
from orders.invariants import INVARIANTS, what_is_sold_is_taken_from_stock
from orders.models import Order
from orders.states import AcsStatus, OrderState
from partners.acs.statuses import SEED
from partners.mappings import fold
from partners.models import CodeMapping, Intent
from partners.sandbox.shop import open_shop
from partners.sandbox.world import World
from tests.orders.builders import NOON, make_order, make_point

pytestmark = pytest.mark.django_db

FACTS = ("mobile", "email", "first_name", "last_name", "address1", "address2", "city", "county", "postcode", "country", "locker_id")


def make_shop_order(**facts: object) -> Order:
    """An order that stands as the mirror would have written it: the shop's word beside the values in use."""
    order = make_order(**facts)
    lines = [
        {"line_id": line.line_id, "sku": line.sku, "name": line.name, "quantity": line.quantity, "unit_price_pence": line.unit_price_pence}
        | {"is_hire": line.is_hire, "measurements": line.measurements}
        for line in order.lines.all()
    ]
    order.shop = {name: getattr(order, name) for name in FACTS} | {"delivery_method": order.delivery_method, "lines": lines}
    order.save()
    return order


def the_shop_says(order: Order, *, cancelled: bool = False, **facts: object) -> None:
    """What the mirror does with an order that ACS has: writes the shop's word, leaves alone what is in use, and looks."""
    order.refresh_from_db()
    order.shop = order.shop | facts
    order.store_cancelled_at = timezone.now() if cancelled else None
    order.fetched_at = timezone.now()
    order.save()
    look([order.pk], at=timezone.now())


@pytest.fixture
def released(world: World) -> Iterator[Order]:
    for raw, target in SEED.items():
        CodeMapping.objects.update_or_create(partner="acs", kind="order_status", folded=fold(raw), defaults={"raw": raw, "target": target})
    order = make_shop_order()
    review_many([order.pk], at=NOON)
    tasks.send_releases()
    order.refresh_from_db()
    assert order.state == OrderState.RELEASED
    yield order
    assert [breach for _, check in INVARIANTS for breach in check(timezone.now())] == []


def at_acs(world: World, order: Order, status: str) -> None:
    world.acs[order.number]["status"] = status
    run_feed("acs.orders")
    order.refresh_from_db()


def cases() -> list[tuple[str, str]]:
    return [(case.code, case.evidence["fault"]) for case in ExceptionCase.objects.filter(state="open")]


def said() -> str:
    case = ExceptionCase.objects.get(state="open")
    return sentence(case.code, case.evidence)


class TestEdits:
    def test_one_case_names_what_changed_and_never_the_value(self, released):
        the_shop_says(released, mobile="07803 345068", postcode="LS2 7EY", city="Horsforth")

        tasks.watch()
        tasks.watch()

        case = ExceptionCase.objects.get(state="open")
        assert (case.code, case.owner, case.blocks) == ("VAL-EDITED", "cx", "M")
        assert said() == "The shop changed the mobile number and the address after ACS had the order. ACS has not begun."
        assert not [value for value in ("3450", "LS2", "Horsforth") if value in repr(case.evidence)]

    @pytest.mark.parametrize("same", [{"mobile": "+447712345068"}, {"postcode": "ls1 4ab"}, {"city": " Leeds "}])
    def test_the_same_said_otherwise_is_no_change(self, released, same):
        the_shop_says(released, **same)

        tasks.watch()

        assert cases() == []

    def test_a_tag_or_a_note_of_the_shop_is_no_change(self, released):
        the_shop_says(released, customs_contents="dress")

        assert tasks.watch()["edited"] == 0

    @pytest.mark.parametrize(("quantity", "found"), [(0, []), (1, []), (2, [("VAL-EDITED", "begun")])], ids=["none", "as sent", "one more"])
    def test_what_comes_back_after_it_left_and_is_refunded_is_no_change_but_one_more_is(self, world, released, quantity, found):
        at_acs(world, released, "Despatched")
        lines = [line | {"quantity": quantity} for line in released.shop["lines"]]
        the_shop_says(released, lines=[line for line in lines if line["quantity"]])

        tasks.watch()

        assert cases() == found

    def test_what_the_shop_takes_back_closes_by_itself(self, released):
        was = released.shop["mobile"]
        the_shop_says(released, mobile="07803 345068")
        tasks.watch()
        the_shop_says(released, mobile=was)

        tasks.watch()

        assert cases() == []

    def test_acs_changes_it_and_the_read_back_closes_the_case(self, world, released):
        the_shop_says(released, mobile="07803 345068", address1="2 Low Road")
        tasks.watch()

        amend(released, actor="test", at=timezone.now(), version=released.version)
        assert cases() == [("VAL-EDITED", "amending")]
        tasks.send_releases()

        released.refresh_from_db()
        at_acs_now = world.acs[released.number]["order"]
        assert (at_acs_now["MobilePhone"], at_acs_now["Delivery_Address1"]) == ("+447803345068", "2 Low Road")
        assert (released.mobile, released.address1, cases()) == ("07803 345068", "2 Low Road", [])
        assert (released.state, world.acs[released.number]["creations"]) == (OrderState.RELEASED, 1)

    def test_another_locker_and_other_contents_go_the_same_way(self, world, released):
        make_point("UK00000905")
        lines = [released.shop["lines"][0] | {"quantity": 2}]
        the_shop_says(released, locker_id="UK00000905", lines=lines)
        tasks.watch()

        amend(released, actor="test", at=timezone.now(), version=released.version)
        tasks.send_releases()

        released.refresh_from_db()
        assert (released.locker_id, released.lines.get().quantity, cases()) == ("UK00000905", 2, [])
        assert what_is_sold_is_taken_from_stock(timezone.now()) == []
        assert world.acs[released.number]["order"]["Misc1"] == "UK00000905"

    def test_what_would_fail_a_check_is_not_asked_of_acs(self, world, released):
        the_shop_says(released, mobile="0113 496 0123")
        tasks.watch()

        with pytest.raises(Refused, match="landline"):
            amend(released, actor="test", at=timezone.now(), version=released.version)

        released.refresh_from_db()
        assert (released.mobile, world.acs[released.number]["puts"]) == ("07712 345 068", 1)

    def test_once_acs_has_begun_it_is_too_late_and_says_since_when(self, world, released):
        the_shop_says(released, mobile="07803 345068")
        at_acs(world, released, "Pick Confirmed")
        tasks.watch()

        with pytest.raises(TooLate, match=r"Too late: picked \d\d:\d\d"):
            amend(released, actor="test", at=timezone.now(), version=released.version)

        assert cases() == [("VAL-EDITED", "begun")]
        assert "Too late to change it there: picked" in said()

    def test_acs_begins_between_the_asking_and_the_sending(self, world, released):
        """ACS says yes and ignores it: the read-back shows it, and the values in use stay what ACS has."""
        the_shop_says(released, mobile="07803 345068")
        amend(released, actor="test", at=timezone.now(), version=released.version)
        world.acs[released.number]["status"] = "Picking"

        tasks.send_releases()

        released.refresh_from_db()
        assert (released.mobile, cases()) == ("07712 345 068", [("VAL-EDITED", "refused")])
        at_acs(world, released, "Picking")
        assert cases() == [("VAL-EDITED", "begun")]

    def test_other_hands_at_acs_close_it_too(self, world, released):
        the_shop_says(released, address1="2 Low Road")
        tasks.watch()
        world.acs[released.number]["order"]["Delivery_Address1"] = "2 Low Road"

        run_feed("acs.orders")

        released.refresh_from_db()
        assert (released.address1, cases()) == ("2 Low Road", [])

    def test_letting_it_go_needs_a_reason_and_holds_until_the_shop_changes_more(self, released):
        the_shop_says(released, mobile="07803 345068")
        tasks.watch()
        with pytest.raises(Refused):
            accept_as_sent(released, reason=" ", actor="test", at=timezone.now(), version=released.version)

        accept_as_sent(released, reason="She collects it anyway", actor="test", at=timezone.now(), version=released.version)
        tasks.watch()
        assert cases() == []
        the_shop_says(released, mobile="07956 345068")
        tasks.watch()

        assert cases() == [("VAL-EDITED", "edited")]
        assert AuditEntry.objects.get(verb="order let go as sent").reason == "She collects it anyway"

    def test_nothing_that_differs_cannot_be_let_go_or_changed(self, released):
        with pytest.raises(Refused):
            accept_as_sent(released, reason="x", actor="test", at=timezone.now(), version=released.version)
        with pytest.raises(Refused):
            amend(released, actor="test", at=timezone.now(), version=released.version)

    def test_the_second_of_two_people_is_told(self, released):
        the_shop_says(released, mobile="07803 345068")
        accept_as_sent(released, reason="x", actor="test", at=timezone.now(), version=released.version)

        with pytest.raises(Stale):
            amend(released, actor="test", at=timezone.now(), version=released.version)

    def test_checking_again_looks_at_once(self, released):
        Order.objects.update(shop=released.shop | {"mobile": "07803 345068"})

        assert recheck(released, actor="test", at=timezone.now()).opened == {"VAL-EDITED"}

    def test_looking_costs_the_same_for_any_number_of_orders(self, world, released, django_assert_max_num_queries):
        for _ in range(12):
            order = make_shop_order()
            review_many([order.pk], at=NOON)
        tasks.send_releases()
        for order in Order.objects.all():
            the_shop_says(order, mobile="07803 345068")

        with django_assert_max_num_queries(16):
            assert find_edited(at=timezone.now()) == 13


class TestMirrored:
    """The whole way: the shop's file, the poll, the case, the read-back."""

    @pytest.fixture
    def at_acs(self, world: World, tmp_path, settings) -> Path:
        settings.STORE_FOLDER = str(tmp_path / "shop")
        shop = World(seed=7, orders=60)
        home = next(order for order in shop.orders if not order.code and order.body["service"]["code"] != "inpost_locker")
        shop.orders[:] = [home]
        open_shop(shop, tmp_path / "shop")
        AcsSku.objects.all().delete()
        world.acs_skus |= {line["sku"] for line in home.body["lines"]}
        run_feed("store.orders")
        tasks.review_new()
        tasks.send_releases()
        assert Order.objects.get().state == OrderState.RELEASED
        return tmp_path / "shop" / "orders" / f"{home.number}.json"

    def write(self, path: Path, **changes: object) -> None:
        body = json.loads(path.read_text()) | {"updatedAt": timezone.now().isoformat()} | changes
        path.write_text(json.dumps(body))
        run_feed("store.orders")

    def test_new_contents_are_a_case_at_once_and_reach_acs_when_asked(self, world, at_acs):
        body = json.loads(at_acs.read_text())
        self.write(at_acs, lines=[body["lines"][0] | {"quantity": 2}])
        order = Order.objects.get()
        assert (cases(), order.lines.count()) == ([("VAL-EDITED", "edited")], len(body["lines"]))

        amend(order, actor="test", at=timezone.now(), version=order.version)
        tasks.send_releases()

        assert (cases(), order.lines.get().quantity) == ([], 2)
        assert [line["ItemQuantity"] for line in world.acs[order.number]["order"]["OrderItems"]] == [2]

    def test_a_note_or_a_tag_of_the_shop_is_neither_a_case_nor_a_new_version(self, at_acs):
        before = Order.objects.get().version

        self.write(at_acs, note="Please ring")

        assert (cases(), Order.objects.get().version, Order.objects.get().note) == ([], before, "Please ring")

    def test_cancelled_in_the_shop_it_is_stopped_at_acs(self, world, at_acs):
        self.write(at_acs, cancelledAt=timezone.now().isoformat())
        assert cases() == [("VAL-EDITED", "cancelled")]

        tasks.watch()
        tasks.send_releases()

        assert (cases(), Order.objects.get().state) == ([], OrderState.CANCELLED)
        assert [kept["status"] for kept in world.acs.values()] == ["Cancelled"]


class TestInTheAir:
    def test_a_change_while_it_is_in_the_air_is_a_case_once_it_is_there(self, world):
        order = make_shop_order()
        review_many([order.pk], at=NOON)
        world.faults.arm({"partner": "acs", "kind": "accept_then_timeout", "method": "PUT"})
        tasks.send_releases()
        the_shop_says(order, mobile="07803 345068")
        Intent.objects.update(next_at=timezone.now())

        tasks.send_releases()

        order.refresh_from_db()
        assert (order.state, cases()) == (OrderState.RELEASED, [("VAL-EDITED", "edited")])

    def test_a_change_while_acs_cannot_be_reached_goes_with_the_release(self, world):
        order = make_shop_order()
        review_many([order.pk], at=NOON)
        the_shop_says(order, address1="2 Low Road")
        world.faults.arm({"partner": "acs", "kind": "down", "times": 20})
        tasks.send_releases()
        world.faults.armed.clear()

        tasks.recheck_open()
        tasks.send_releases()

        order.refresh_from_db()
        assert (order.state, order.address1, cases()) == (OrderState.RELEASED, "2 Low Road", [])
        assert world.acs[order.number]["order"]["Delivery_Address1"] == "2 Low Road"

    def test_what_the_shop_cancels_before_it_is_claimed_never_leaves(self, world):
        order = make_shop_order()
        review_many([order.pk], at=NOON)
        the_shop_says(order, cancelled=True)

        tasks.send_releases()
        tasks.watch()

        order.refresh_from_db()
        assert (order.state, world.acs) == (OrderState.CANCELLED, {})


class TestCancellations:
    def test_acs_is_asked_once_and_what_it_stops_ends(self, world, released):
        the_shop_says(released, cancelled=True)

        tasks.watch()
        assert cases() == [("VAL-EDITED", "recalling")]
        tasks.send_releases()
        tasks.watch()

        released.refresh_from_db()
        assert (released.state, cases(), world.acs[released.number]["status"]) == (OrderState.CANCELLED, [], "Cancelled")
        assert not Allocation.objects.exists()
        assert world.acs[released.number]["puts"] == 2

    def test_what_acs_has_begun_is_one_case_that_says_too_late(self, world, released):
        at_acs(world, released, "Pick Confirmed")
        the_shop_says(released, cancelled=True, mobile="07803 345068")

        tasks.watch()
        tasks.send_releases()
        tasks.watch()

        assert cases() == [("VAL-EDITED", "too_late")]
        assert "Too late: picked" in said()
        assert world.acs[released.number]["puts"] == 1

    def test_acs_begins_in_the_meantime_and_goes_on(self, world, released):
        world.acs[released.number]["status"] = "Picking"
        the_shop_says(released, cancelled=True)

        for _ in range(3):
            tasks.watch()
            tasks.send_releases()

        released.refresh_from_db()
        assert (released.state, cases()) == (OrderState.RELEASED, [("VAL-EDITED", "too_late")])
        assert world.acs[released.number]["puts"] == 2

    def test_let_go_it_keeps_its_case_until_it_has_left(self, world, released):
        at_acs(world, released, "Packed")
        the_shop_says(released, cancelled=True)
        tasks.watch()

        accept_as_sent(released, reason="ACS cannot find it in the cage", actor="test", at=timezone.now(), version=released.version)
        assert cases() == [("VAL-EDITED", "let_go")]
        at_acs(world, released, "Despatched")
        tasks.watch()

        assert (cases(), released.state) == ([], OrderState.RELEASED)

    def test_despatched_alone_does_not_close_it(self, world, released):
        at_acs(world, released, "Packed")
        the_shop_says(released, cancelled=True)
        at_acs(world, released, "Despatched")
        tasks.watch()

        assert cases() == [("VAL-EDITED", "too_late")]

    def test_acs_cancels_after_all(self, world, released):
        at_acs(world, released, "Packed")
        the_shop_says(released, cancelled=True)
        tasks.watch()
        at_acs(world, released, "Cancelled")
        tasks.watch()

        released.refresh_from_db()
        assert (released.state, cases()) == (OrderState.CANCELLED, [])

    def test_letting_it_go_while_it_could_be_stopped_is_refused(self, released):
        the_shop_says(released, cancelled=True)

        with pytest.raises(Refused, match="stop the order first"):
            accept_as_sent(released, reason="x", actor="test", at=timezone.now(), version=released.version)

    def test_an_unclear_answer_is_looked_up_and_the_order_ends_once(self, world, released):
        the_shop_says(released, cancelled=True)
        tasks.watch()
        world.faults.arm({"partner": "acs", "kind": "accept_then_timeout", "method": "PUT"})
        tasks.send_releases()
        Intent.objects.filter(state="unknown").update(next_at=timezone.now())

        tasks.send_releases()

        released.refresh_from_db()
        assert (released.state, world.acs[released.number]["puts"]) == (OrderState.CANCELLED, 2)

    def test_in_observe_mode_acs_is_asked_nothing(self, world, released, settings):
        settings.MODES = {**settings.MODES, "acs": "observe"}
        the_shop_says(released, cancelled=True)

        tasks.watch()

        assert (cases(), Intent.objects.count()) == ([("VAL-EDITED", "cancelled")], 1)

    def test_cancelled_in_limbo_it_is_recalled_too(self, world):
        """ACS shows other content than we sent, nobody has decided yet, and the shop cancels."""
        order = make_shop_order()
        review_many([order.pk], at=NOON)
        world.faults.arm({"partner": "acs", "kind": "other_content", "method": "PUT"})
        tasks.send_releases()
        the_shop_says(order, cancelled=True)

        tasks.watch()
        tasks.send_releases()

        order.refresh_from_db()
        assert (order.state, cases(), world.acs[order.number]["status"]) == (OrderState.CANCELLED, [], "Cancelled")


class TestRecall:
    def test_a_person_has_acs_stop_it(self, world, released):
        checked = recall(released, reason="The customer rang", actor="test", at=timezone.now(), version=released.version)
        tasks.send_releases()

        released.refresh_from_db()
        assert (released.state, "asked to stop" in checked.sentence) == (OrderState.CANCELLED, True)

    def test_in_vain_it_stays_a_case_until_somebody_decides(self, world, released):
        recall(released, reason="The customer rang", actor="test", at=timezone.now(), version=released.version)
        world.acs[released.number]["status"] = "Picking"
        tasks.send_releases()
        at_acs(world, released, "Picking")

        assert (released.state, cases()) == (OrderState.RELEASED, [("VAL-EDITED", "too_late")])

    def test_two_at_once_are_one(self, released):
        recall(released, reason="x", actor="test", at=timezone.now(), version=released.version)

        with pytest.raises(TooLate):
            recall(released, reason="x", actor="test", at=timezone.now(), version=released.version)

    def test_once_begun_it_says_since_when(self, world, released):
        at_acs(world, released, "Packed")
        assert released.acs_status == AcsStatus.PACKED

        with pytest.raises(TooLate, match=r"Too late: packed \d\d:\d\d"):
            recall(released, reason="x", actor="test", at=timezone.now(), version=released.version)

    def test_resending_a_released_order_is_no_recall(self, world, released):
        resend(released, actor="test", at=timezone.now())

        assert Intent.objects.count() == 1
