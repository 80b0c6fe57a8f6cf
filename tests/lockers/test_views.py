"""The pages about lockers: what they show, what they ask of the database, who may see them."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lockers.models import PointChange
from partners.models import Feed
from tests.lockers.builders import LONG_AGO, make_point

pytestmark = pytest.mark.django_db


def shown(client: Client, **asked: str) -> list[str]:
    """The ids in the list."""
    return [row["point_id"] for row in client.get("/lockers/", asked).context["page"].rows]


@pytest.fixture
def network() -> None:
    make_point("UK00000001")
    make_point("UK00000002", name="Mill Lane", postcode="LS11 9XY", outward="LS11", sizes={"A": "NORMAL"})
    make_point("UK00000003", city="York", postcode="YO1 1AA", outward="YO1", status="Overloaded", may_receive=False)
    make_point("UK00000004", status="Created", may_receive=False)
    make_point("UK00000005", may_receive=False, gone_at=LONG_AGO)
    make_point("UK00000006", is_locker=False, may_receive=False, sizes={})


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({}, "12345"), ({"kind": "shop"}, "6"), ({"status": "receiving"}, "12"), ({"status": "full"}, "3"), ({"status": "closed"}, "4"),
        ({"status": "gone"}, "5"), ({"status": "Operating"}, "12"), ({"status": "Created"}, "4"), ({"size": "C"}, "1345"),
        ({"size": "A"}, "12345"), ({"q": "mill"}, "2"), ({"q": "uk00000003"}, "3"), ({"q": "nothing"}, ""), ({"place": "york"}, "3"),
        ({"place": "LS1"}, "145"), ({"place": "ls11"}, "2"), ({"place": "LS1 4"}, "145"), ({"place": "LS14AB"}, "145"),
        ({"place": "L"}, "1245"), ({"place": "LS1", "status": "gone"}, "5"),
    ],
)  # fmt: skip
def test_the_filters_narrow_the_list(network: None, viewing: Client, asked: dict[str, str], ids: str):
    assert shown(viewing, **asked) == [f"UK0000000{digit}" for digit in ids]


@pytest.mark.parametrize("asked", [{"status": "Nope"}, {"size": "Z"}, {"q": "a\x00b"}, {"q": "x" * 100}])
def test_a_question_that_cannot_be_asked_is_answered_with_a_sentence(network: None, viewing: Client, asked: dict[str, str]):
    answer = viewing.get("/lockers/", asked)

    assert answer.status_code == 400
    assert "errors" in answer.content.decode()
    assert "No locker matches" in answer.content.decode()


@pytest.mark.parametrize("cursor", ["\x00", "nothing", "é" * 300])
def test_any_cursor_is_answered(network: None, viewing: Client, cursor: str):
    assert viewing.get("/lockers/", {"after": cursor}).status_code == 200


def test_pages_follow_each_other(viewing: Client):
    for number in range(60):
        make_point(f"UK{number:08}")

    first = viewing.get("/lockers/", {"size": "A"}).context
    second = viewing.get("/lockers/", {"size": "A", "after": first["page"].next}).context

    assert (len(first["page"].rows), len(second["page"].rows)) == (50, 10)
    assert second["page"].rows[0]["point_id"] == "UK00000050"
    assert (second["query"], second["page"].next) == ("size=A", "")


def statements(client: Client, url: str) -> int:
    client.get(url)  # what the frame keeps for a while is kept now
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_list_asks_the_database_the_same_for_three_rows_and_thirty(viewing: Client):
    for number in range(3):
        make_point(f"UK{number:08}")
    three = statements(viewing, "/lockers/")
    for number in range(3, 30):
        make_point(f"UK{number:08}")

    assert statements(viewing, "/lockers/") == three <= 8


def test_one_locker_asks_the_same_whatever_its_history_and_neighbours(viewing: Client, noon: datetime):
    point = make_point("UK00000000")
    for number in range(1, 7):
        make_point(f"UK{number:08}")
    few = statements(viewing, "/lockers/UK00000000/")
    for number in range(7, 30):
        make_point(f"UK{number:08}")
        PointChange.objects.create(point=point, was="Operating", became="NonOperating", seen_at=noon)

    assert statements(viewing, "/lockers/UK00000000/") == few <= 9


def test_a_locker_shows_its_facts_history_and_alternatives(viewing: Client, noon: datetime):
    point = make_point(hours={"monday": [{"start": 540, "end": 1140}], "sunday": []}, open_24_7=False, sizes={"A": "VERY_LOW", "B": "LOW"})
    make_point("UK00000002", name="Mill Lane", latitude=53.811)
    make_point("UK00000003", latitude=53.802, sizes={"A": "NORMAL"})
    PointChange.objects.create(point=point, was="Operating", became="NonOperating", seen_at=noon)
    Feed.objects.create(name="inpost.points", last_good_at=noon)

    page = viewing.get("/lockers/UK00000001/?size=C").content.decode()

    for text in (
        "Corner Shop",
        "A nearly full",
        "B few free",
        "C none",
        "Monday 09:00–19:00",
        "Sunday Closed",
        "Operating → <strong>NonOperating",
    ):
        assert text in page
    assert "Mill Lane" in page
    assert "1.1 km" in page
    assert "UK00000003" not in page


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({}, "Open"),
        ({"status": "Overloaded", "may_receive": False}, "Full for now"),
        ({"status": "Created", "may_receive": False}, "Not open yet"),
        ({"status": "NonOperating", "may_receive": False}, "Closed"),
        ({"may_receive": False, "collect_excluded": True}, "Takes no parcels"),
        ({"may_receive": False, "gone_at": LONG_AGO, "missing_crawls": 2}, "Gone"),
        ({"status": "<b>New", "may_receive": False}, "Unknown: &lt;b&gt;New"),
        ({"is_locker": False, "may_receive": False}, "Shop, not a locker"),
    ],
)
def test_the_condition_is_said_in_words(viewing: Client, columns: dict[str, Any], word: str):
    make_point(**columns)

    assert f"</svg>{word}</span>" in viewing.get("/lockers/UK00000001/").content.decode()


def test_a_point_without_a_place_offers_its_district(viewing: Client):
    make_point("UK00000001", latitude=0, longitude=0, may_receive=False, status="Created")
    make_point("UK00000002")

    assert "UK00000002" in viewing.get("/lockers/UK00000001/").content.decode()


def test_names_are_shown_never_run(viewing: Client):
    make_point(name="<script>alert(1)</script>", street="=HYPERLINK()", city="\u202egnp.exe")

    for url in ("/lockers/", "/lockers/UK00000001/"):
        assert "<script>alert" not in viewing.get(url).content.decode()


def test_an_unknown_locker_is_not_found(viewing: Client):
    assert viewing.get("/lockers/UK99999999/").status_code == 404


@pytest.mark.parametrize("url", ["/lockers/", "/lockers/UK00000001/"])
def test_lockers_are_for_those_who_may_see_them(client: Client, django_user_model, url: str):
    assert client.get(url).status_code == 302
    client.force_login(django_user_model.objects.create_user("nobody"))
    assert client.get(url).status_code == 403


def test_before_the_first_run_the_list_says_where_lockers_come_from(viewing: Client):
    assert "inpost.points" in viewing.get("/lockers/").content.decode()
