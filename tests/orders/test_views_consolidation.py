"""The planner: what waits, until when it can, what each way out costs, and the three acts."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.actions.consolidating import look_waiting
from orders.models import Consolidation, Order
from orders.states import AcsStatus, Destination, OrderState
from tests.config.people import load_roles
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db

LACKS = [{"line_id": "1", "sku": "DRS-0012-10", "wanted": 2, "picked": 1}]
CONSENT = "E-mail of today, 14:20."


@pytest.fixture(autouse=True)
def shopfloor(db):
    load_roles()
    make_shopfloor()


def signed_in(role: str) -> Client:
    user = User.objects.create(username=role)
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def cx() -> Client:
    return signed_in("cx")


def waiting(**facts: object) -> Consolidation:
    standing = {"quantity": 2, "state": OrderState.RELEASED, "released_at": NOON, "release_claimed_at": NOON}
    picked = {"acs_status": AcsStatus.PART_PICKED, "acs_status_since": NOON, "acs_short": LACKS}
    order = make_order(**standing | picked | facts)
    look_waiting([order.pk], at=timezone.now())
    return Consolidation.objects.get(order=order)


def test_an_order_that_waits_shows_what_lacks_and_the_suggested_way(cx: Client):
    wait = waiting(deliver_on=timezone.localdate() + timedelta(days=20))

    page = cx.get("/consolidation/").content.decode()

    assert wait.order.number in page
    assert "1 × Midi dress" in page
    assert "Wait for the rest" in page
    assert "keeps the promise" in page


def test_with_nothing_waiting_it_says_so(cx: Client):
    assert "No locker order waits" in cx.get("/consolidation/").content.decode()


def test_the_overdue_ones_are_a_tab_of_their_own(cx: Client):
    late, fine = (waiting(deliver_on=timezone.localdate() + timedelta(days=days)) for days in (-3, 20))

    page = cx.get("/consolidation/?show=overdue").content.decode()

    assert late.order.number in page
    assert fine.order.number not in page


def test_a_tab_nobody_knows_shows_all(cx: Client):
    wait = waiting()

    assert wait.order.number in cx.get("/consolidation/?show=nonsense").content.decode()


def test_a_page_shows_three_ways_each_with_its_cost(cx: Client):
    wait = waiting()

    page = cx.get(f"/consolidation/{wait.order.number}/").content.decode()

    for words in ("Wait for the rest", "Split, with consent", "Send to the door", "no day lost", "Suggested"):
        assert words in page


def test_a_message_to_the_customer_names_nobody(cx: Client):
    wait = waiting()

    page = cx.get(f"/consolidation/{wait.order.number}/").content.decode()

    assert f"Your order {wait.order.number} is not complete yet; this is: 1 × Midi dress still missing." in page
    assert "Please answer this message with 1, 2 or 3." in page
    assert wait.order.first_name not in page


def test_an_order_that_does_not_wait_has_a_page_too(cx: Client):
    order = make_order()

    assert "never had to wait" in cx.get(f"/consolidation/{order.number}/").content.decode()
    assert cx.get("/consolidation/LS-404/").status_code == 404


def test_letting_it_wait(cx: Client):
    wait = waiting()
    until = timezone.localtime() + timedelta(days=1)

    answer = cx.post(f"/consolidation/{wait.order.number}/wait/", {"wait-version": 1, "wait-ready_at": until.strftime("%Y-%m-%dT%H:%M")})

    wait.refresh_from_db()
    assert (answer.status_code, wait.choice, wait.deadline_at) == (302, "wait", until.replace(second=0, microsecond=0))


def test_recording_a_split_says_what_is_left_to_do(cx: Client):
    wait = waiting()

    answer = cx.post(f"/consolidation/{wait.order.number}/split/", {"split-version": 1, "split-consent": CONSENT}, follow=True)

    page = answer.content.decode()
    assert "Tell ACS to send what it has picked" in page
    assert "2 wanted, 1 in this parcel" in page


@pytest.mark.parametrize(("consent", "status"), [("", 422), ("yes", 422)])
def test_a_split_without_a_consent_is_refused_in_the_form(cx: Client, consent: str, status: int):
    wait = waiting()

    answer = cx.post(f"/consolidation/{wait.order.number}/split/", {"split-version": 1, "split-consent": consent})

    wait.refresh_from_db()
    assert (answer.status_code, wait.choice) == (status, "")


def test_where_nothing_is_there_no_split_is_offered(cx: Client):
    wait = waiting(acs_short=[LACKS[0] | {"picked": 0}])

    page = cx.get(f"/consolidation/{wait.order.number}/").content.decode()

    assert "Not one garment of it is there" in page
    assert "Record the split" not in page


def test_home_delivery_at_acs_says_to_ring_acs(cx: Client):
    wait = waiting()

    answer = cx.post(f"/consolidation/{wait.order.number}/home/", {"home-version": 1, "home-delivery_method": "dpd_next_day"}, follow=True)

    wait.order.refresh_from_db()
    assert "ring ACS" in answer.content.decode()
    assert wait.order.destination == Destination.LOCKER


def test_the_warehouse_is_not_offered_the_door(cx: Client):
    wait = waiting()

    page = signed_in("warehouse").get(f"/consolidation/{wait.order.number}/").content.decode()

    assert "Record the split" in page
    assert "Choose home delivery" not in page


def test_who_comes_second_is_told_and_nothing_is_saved(cx: Client):
    wait = waiting()
    Consolidation.objects.update(version=2)

    answer = cx.post(f"/consolidation/{wait.order.number}/split/", {"split-version": 1, "split-consent": CONSENT})

    assert answer.status_code == 409
    assert "Nothing was saved" in answer.content.decode()
    assert Consolidation.objects.get().choice == ""


@pytest.mark.parametrize("way", ["wait", "split", "home"])
def test_an_act_on_a_wait_that_is_over_is_told(cx: Client, way: str):
    wait = waiting()
    Consolidation.objects.update(ended_at=timezone.now())

    answer = cx.post(f"/consolidation/{wait.order.number}/{way}/", {})

    assert answer.status_code == 409


@pytest.mark.parametrize("way", ["wait", "split", "home"])
@pytest.mark.parametrize("said", [{}, {"version": "x"}, {"version": "99999999999999999999"}])
def test_what_cannot_be_read_is_refused_not_a_fault(cx: Client, way: str, said: dict[str, str]):
    wait = waiting()

    answer = cx.post(f"/consolidation/{wait.order.number}/{way}/", {f"{way}-{name}": value for name, value in said.items()})

    assert answer.status_code == 422


def test_thirty_rows_cost_as_many_statements_as_three(cx: Client):
    def statements(count: int) -> int:
        for _ in range(count):
            waiting()
        cx.get("/consolidation/")
        with CaptureQueriesContext(connection) as asked:
            assert cx.get("/consolidation/").status_code == 200
        return len(asked)

    three = statements(3)

    assert statements(27) <= three


class TestBeforeRelease:
    def test_the_order_page_offers_to_let_it_wait(self, cx: Client):
        of_one, of_two = make_order(), make_order()
        of_two.lines.create(line_id="2", sku="DRS-0012-10", name="Second dress", quantity=1)

        for order, offered in ((of_one, False), (of_two, True)):
            assert (f"/orders/{order.number}/wait-whole/" in cx.get(f"/orders/{order.number}/").content.decode()) == offered

    def test_it_asks_what_lacks_and_until_when(self, cx: Client):
        order = make_order()
        order.lines.create(line_id="2", sku="DRS-0012-10", name="Second dress", quantity=1)
        ready = timezone.localdate() + timedelta(days=2)

        shown = cx.get(f"/orders/{order.number}/wait-whole/").content.decode()
        cx.post(f"/orders/{order.number}/wait-whole/", {"version": order.version, "line_ids": ["2"], "ready_on": ready.isoformat()})

        wait = Consolidation.objects.get(order=Order.objects.get())
        assert "1 × Second dress" in shown
        assert timezone.localtime(wait.deadline_at).date() == ready


def test_the_order_page_shows_what_acs_packed_and_what_it_lacks(cx: Client):
    wait = waiting(acs_packed={"length_mm": 380, "width_mm": 300, "height_mm": 75, "weight_g": 1240})

    page = cx.get(f"/orders/{wait.order.number}/").content.decode()

    assert "380 × 300 × 75 mm, 1,240 g" in page
    assert "1 of 2 picked" in page
