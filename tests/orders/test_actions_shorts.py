"""ACS picked short: what it says is kept, one case stands as long as it is so, and closes by itself."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exceptions_queue.catalogue import Code, sentence
from exceptions_queue.models import ExceptionCase
from orders import tasks
from orders.actions.reading import apply_acs
from orders.models import Order
from orders.states import OrderState
from partners.acs.records import AcsOrder
from partners.acs.statuses import SEED
from partners.mappings import fold
from partners.models import CodeMapping
from partners.pages import Page
from tests.orders.builders import NOON, make_order
from tests.partners.acs.fake_acs import LINE, ORDER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known_words(db):
    for raw, target in SEED.items():
        CodeMapping.objects.update_or_create(partner="acs", kind="order_status", folded=fold(raw), defaults={"raw": raw, "target": target})


def released(**facts: object) -> Order:
    return make_order(quantity=2, state=OrderState.RELEASED, released_at=NOON, release_claimed_at=NOON, **facts)


def says(order: Order, status: str, *, picked: int | None = None, wanted: int = 2, packed: dict[str, int] | None = None) -> AcsOrder:
    content = replace(ORDER, number=order.number, lines=(replace(LINE, quantity=wanted),))
    return AcsOrder(content, status, NOON, "", b"", packed or {}, {} if picked is None else {"1": picked})


def read(*said: tuple[Order, AcsOrder]):
    return apply_acs(Page(records=[(order.pk, there) for order, there in said], cursor=None, source="t", body=b""), timezone.now())


def open_cases() -> list[ExceptionCase]:
    """The cases about what lacks; the wait that comes of it has its own (test_actions_consolidating)."""
    return list(ExceptionCase.objects.filter(state="open", code=Code.ORD_SHORT))


def test_what_acs_packed_and_what_it_lacks_are_kept_on_the_order():
    order = released()

    applied = read((order, says(order, "Packed", picked=1, packed={"length_mm": 380, "weight_g": 900})))

    order.refresh_from_db()
    assert applied.changed == 1
    assert order.acs_packed == {"length_mm": 380, "weight_g": 900}
    assert order.acs_short == [{"line_id": "1", "sku": "DRS-0012-10", "wanted": 2, "picked": 1}]


def test_the_same_said_again_is_unchanged():
    order = released()
    said = says(order, "Packed", picked=1, packed={"length_mm": 380})
    read((order, said))

    assert read((order, said)).unchanged == 1


def test_a_short_pick_is_one_case_that_stops_the_manifest_and_names_the_garment():
    order = released()

    read((order, says(order, "Part Picked", picked=1)))

    [case] = open_cases()
    assert (case.code, case.blocks, case.owner, case.order_number) == (Code.ORD_SHORT, "M", "warehouse", order.number)
    assert sentence(case.code, case.evidence).startswith("ACS could not pick a garment of DRS-0012-10.")
    assert case.due_at < case.cutoff_at


def test_part_picked_without_a_line_named_is_short_too():
    order = released()

    read((order, says(order, "Part Picked")))

    assert [case.evidence["fault"] for case in open_cases()] == ["not_named"]


def test_the_case_closes_by_itself_when_every_garment_is_picked():
    order = released()
    read((order, says(order, "Part Picked", picked=1)))

    read((order, says(order, "Pick Confirmed", picked=2)))

    assert (open_cases(), set(ExceptionCase.objects.values_list("state", flat=True))) == ([], {"cured"})


def test_it_closes_when_acs_no_longer_has_the_missing_line():
    order = released()
    read((order, says(order, "Pick Confirmed", picked=1)))

    read((order, says(order, "Pick Confirmed", picked=1, wanted=1)))

    assert open_cases() == []


def test_while_acs_still_picks_nothing_is_short():
    order = released()

    read((order, says(order, "Picking", picked=0)))

    assert open_cases() == []


def test_an_order_that_left_incomplete_keeps_its_case_and_says_so():
    order = released()
    read((order, says(order, "Part Picked", picked=1)))

    read((order, says(order, "Despatched", picked=1)))

    [case] = open_cases()
    assert "left ACS without a garment" in sentence(case.code, case.evidence)


def test_an_order_that_ended_has_no_case_after_the_next_watch():
    order = released()
    read((order, says(order, "Part Picked", picked=1)))
    Order.objects.filter(pk=order.pk).update(state=OrderState.CANCELLED)

    tasks.watch()

    assert open_cases() == []


def test_thirty_orders_cost_as_many_statements_as_three():
    def statements(count: int) -> int:
        said = [(order, says(order, "Part Picked", picked=1)) for order in [released() for _ in range(count)]]
        with CaptureQueriesContext(connection) as asked:
            read(*said)
        return len(asked)

    three = statements(3)

    assert statements(30) <= three
    assert len(open_cases()) == 33
