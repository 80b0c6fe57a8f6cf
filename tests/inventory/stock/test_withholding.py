"""A garment that a room above keeps off sale stays so through every stock file, until it is let go."""

import pytest

from exceptions_queue.models import AuditEntry
from inventory.actions import let_go, withhold
from inventory.models import Garment
from inventory.queries import sellable_now
from tests.inventory.stock.files import DAY_ONE, PROCESSING, RETIRED, row, rows

pytestmark = pytest.mark.django_db
THEN = DAY_ONE.replace(day=2)
LATE = DAY_ONE.replace(day=20)
WHY = {"reason": "To be written off.", "actor": "system:returns"}


def for_sale() -> int:
    return sellable_now(["SKU-0"], at=LATE).get("SKU-0", 0)


@pytest.mark.parametrize("way", [(PROCESSING,), (RETIRED,), (), (PROCESSING, RETIRED)], ids=str)
def test_no_stock_file_puts_it_back_on_sale(drop, way):
    drop.read(1, rows(30))
    before = for_sale()
    withhold(["E000030"], **WHY, at=THEN)
    for day, status in enumerate(way, start=2):
        drop.read(day, [*rows(29), row(30, status)])
    drop.read(9, rows(30))

    assert (before, for_sale()) == (3, 2)
    assert Garment.objects.get(rfid="E000030").withheld_since == THEN


def test_let_go_the_file_and_the_buffer_decide_again_and_the_log_says_so(drop):
    drop.read(1, rows(30))
    taken = [withhold(["E000030", "NOSUCH"], **WHY, at=THEN) for _ in range(2)]

    gone = [let_go(["E000030"], **WHY, at=THEN) for _ in range(2)]

    assert (taken, gone, for_sale()) == ([1, 0], [1, 0], 3)
    assert list(AuditEntry.objects.order_by("pk").filter(verb__startswith="garment").values_list("verb", flat=True)) == [
        "garment withheld",
        "garment let go",
    ]


def test_what_jumped_meanwhile_still_waits_for_a_persons_word(drop):
    drop.read(1, [*rows(29), row(30, RETIRED)])
    withhold(["E000030"], **WHY, at=THEN)
    drop.read(3, rows(30))

    let_go(["E000030"], **WHY, at=DAY_ONE.replace(day=4))

    assert for_sale() == 2
    assert Garment.objects.get(rfid="E000030").doubted_since is not None
