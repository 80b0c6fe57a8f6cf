"""The garments behind a number, and one garment's page."""

from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from inventory.models import Garment, StateTime
from tests.inventory.builders import (
    HIRE,
    INSPECTION,
    NEW,
    READY,
    REFURBISHMENT,
    counted,
    make_change,
    make_garments,
    make_product,
    status,
    stock_read,
)

pytestmark = pytest.mark.django_db
SKU = "DRS-0412-10"


def shown(client: Client, **asked: str) -> list[str]:
    return [row["rfid"] for row in client.get("/stock/garments/", asked).context["rows"]]


@pytest.mark.parametrize("asked", [{"missing": "perhaps"}, {"status": "x"}, {"sku": "a\x00"}, {"sku": "x" * 80}])
def test_a_question_that_cannot_be_asked_is_answered_with_a_sentence(looking: Client, asked: dict[str, str]):
    assert looking.get("/stock/garments/", asked).status_code == 400


@pytest.mark.parametrize("cursor", ["x" * 5000, "\x00", "👗", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkuMQ"])
@pytest.mark.parametrize("asked", [{}, {"sku": SKU}])
def test_a_strange_cursor_is_a_page_all_the_same(looking: Client, asked: dict[str, str], cursor: str):
    make_garments(SKU, 3)

    for name in ("after", "before"):
        assert looking.get("/stock/garments/", asked | {name: cursor}).status_code == 200


@pytest.mark.parametrize("asked", [{}, {"sku": SKU}, {"status": "ready"}])
def test_pages_follow_each_other_and_name_each_garment_once(looking: Client, asked: dict[str, str]):
    make_garments(SKU, 120)
    asked = asked | ({"status": str(status(READY).pk)} if "status" in asked else {})

    found: list[str] = []
    after = ""
    while True:
        answer = looking.get("/stock/garments/", asked | {"after": after})
        found += [row["rfid"] for row in answer.context["rows"]]
        after = answer.context["page"].next
        if not after:
            break

    assert len(found) == len(set(found)) == 120


def test_acs_s_text_for_an_order_is_a_link_only_where_a_page_can_have_it(looking_at_orders: Client):
    make_garments(SKU, 1, raw=HIRE)
    counted(SKU, at=timezone.now())

    def page(number: str) -> str:
        Garment.objects.update(order_number=number)
        answer = looking_at_orders.get(f"/stock/garments/{Garment.objects.get().rfid}/")
        assert answer.status_code == 200
        return answer.content.decode()

    assert "LS1001/2</span>" in page("LS1001/2")
    assert "/orders/LS1001/" in page("LS1001")


def test_those_in_the_buffer_are_of_one_sku_and_its_own_buffer(looking: Client):
    now = timezone.now()
    make_garments(SKU, 2, since=now - timedelta(hours=71))
    make_garments(SKU, 3, since=now - timedelta(hours=73))
    make_garments(SKU, 1, raw=HIRE, since=now - timedelta(hours=1))
    counted(SKU, at=now)

    assert len(shown(looking, sku=SKU, waiting="true")) == 2
    assert len(shown(looking, sku=SKU, sells="true")) == 5
    assert shown(looking, sku="NOPE", waiting="true") == []


@pytest.mark.parametrize("url", ["/stock/garments/", f"/stock/garments/?sku={SKU}"])
def test_the_list_asks_the_database_the_same_for_three_rows_and_thirty(looking: Client, url: str):
    def statements() -> int:
        looking.get(url)
        with CaptureQueriesContext(connection) as queries:
            looking.get(url)
        return len(queries)

    make_garments(SKU, 3)
    three = statements()
    make_garments(SKU, 27)

    assert statements() == three <= 8


@pytest.fixture
def garment() -> Garment:
    """In refurbishment for 30 h, after a rental and an inspection."""
    now = timezone.now()
    make_product(SKU, category="Dresses")
    [one] = make_garments(SKU, 1, raw=REFURBISHMENT, since=now - timedelta(hours=30))
    make_change(one, HIRE, INSPECTION, at=now - timedelta(hours=75), hours=148)
    make_change(one, INSPECTION, REFURBISHMENT, at=now - timedelta(hours=30), hours=45)
    for raw in (HIRE, INSPECTION):
        status(raw)
    stock_read(now - timedelta(hours=6))
    counted(SKU, at=now)
    return one


def page_of(client: Client, garment: Garment) -> str:
    return client.get(f"/stock/garments/{garment.rfid}/").content.decode()


def test_a_garment_says_why_it_is_not_on_sale_and_when_it_is_expected(looking: Client, garment: Garment):
    assert "how long that takes is not known yet" in page_of(looking, garment)
    StateTime.objects.create(category="Dresses", target="refurbishment", observations=48, p50_h=20, p80_h=110, p90_h=150)

    page = page_of(looking, garment)

    assert "four in five of its kind are ready by" in page
    assert page.count("already past") == 1  # half of them would be ready by now


def test_the_timeline_is_in_our_words_with_acs_s_own_beside_them(looking: Client, garment: Garment):
    make_change(garment, REFURBISHMENT, NEW, at=timezone.now(), hours=1)
    events = [event for event, *_ in looking.get(f"/stock/garments/{garment.rfid}/").context["events"]]

    assert [event.what for event in events] == ["Not mapped", "In refurbishment", "Post-rental inspection", "First named: With a renter"]
    assert [event.raw for event in events] == [NEW, REFURBISHMENT, INSPECTION, HIRE]
    assert [event.lasted for event in events] == ["1 h 0 m", "45 h", "6 d", ""]


@pytest.mark.parametrize(
    ("event", "said"),
    [("missing", "Not in the file"), ("back", "In the file again: In refurbishment"), ("sku", "Now of SKU B-2, before of A-1")],
)
def test_other_events_are_said_too(looking: Client, garment: Garment, event: str, said: str):
    was, became = ("A-1", "B-2") if event == "sku" else ("", REFURBISHMENT)
    make_change(garment, was, became, at=timezone.now(), hours=2, event=event)

    assert said in page_of(looking, garment)


def test_a_garment_is_told_by_its_mapping_not_by_its_text(looking: Client, garment: Garment):
    """A mapping of before the garment's last file decides at once."""
    mapping = status(REFURBISHMENT)
    mapping.target = ""
    mapping.save()

    assert "nobody has said what that means" in page_of(looking, garment)


def test_an_open_case_is_linked_and_a_doubt_keeps_it_off_sale(looking: Client):
    now = timezone.now()
    [one] = make_garments(SKU, 1, since=now - timedelta(hours=200))
    stock_read(now)
    counted(SKU, at=now)
    assert "It is on sale" in page_of(looking, one)
    about = {"subject_type": ContentType.objects.get_for_model(Garment), "subject_id": one.pk, "subject_label": one.rfid}
    ExceptionCase.objects.create(
        code=Code.STK_JUMP, owner="warehouse", opened_at=now, due_at=now, last_seen_at=now, evidence_hash="x", **about
    )

    Garment.objects.update(doubted_since=now)

    page = page_of(looking, one)

    assert "not for sale until a person confirms that" in page
    assert "Confirm that it came back" not in page  # who looks may not
    assert "STK-JUMP" in page


def test_a_garment_s_page_asks_the_database_the_same_whatever_its_history(looking: Client, garment: Garment):
    def statements() -> int:
        page_of(looking, garment)
        with CaptureQueriesContext(connection) as queries:
            page_of(looking, garment)
        return len(queries)

    short = statements()
    for number in range(30):
        make_change(garment, READY, HIRE, at=timezone.now() - timedelta(days=number), hours=2)

    assert statements() == short <= 16


@pytest.mark.parametrize("rfid", ["NOPE", "x" * 65, "👗", "a/b"])
def test_an_rfid_that_acs_never_named_is_a_page_in_words(looking: Client, rfid: str):
    answer = looking.get(f"/stock/garments/{rfid}/")

    assert answer.status_code == 404
    assert "ACS has never named a garment" in answer.content.decode()


def test_garments_are_for_those_who_may_see_them(viewing: Client, garment: Garment):
    assert viewing.get(f"/stock/garments/{garment.rfid}/").status_code == 403
