"""The map page: dots near by, squares from afar, the same in words, and any address answered."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lockers.models import Point
from tests.lockers.builders import LONG_AGO, make_point

pytestmark = pytest.mark.django_db


def many(count: int) -> None:
    """Lockers from Leeds northwards, every third closed."""
    for number in range(count):
        may = number % 3 != 0
        make_point(f"UK0000{number:04}", latitude=53.8 + number / 1000, status="Operating" if may else "Disabled", may_receive=may)


def test_few_lockers_are_dots_that_lead_to_their_pages(viewing: Client):
    make_point("UK00000001")
    make_point("UK00000002", status="Disabled", may_receive=False)
    make_point("UK00000003", gone_at=LONG_AGO, may_receive=False)

    answer = viewing.get("/lockers/map/", {"box": "53,-2.5,54.5,-0.5"})

    assert {(mark["to"], mark["tone"]) for mark in answer.context["marks"]} == {
        ("/lockers/UK00000001/", "ok"),
        ("/lockers/UK00000002/", "bad"),
        ("/lockers/UK00000003/", "gone"),
    }
    assert "3 lockers in sight, 1 of them may receive" in answer.content.decode()


def test_many_lockers_are_squares_whose_counts_add_up(viewing: Client):
    many(400)

    sight = viewing.get("/lockers/map/").context["sight"]

    assert sum(mark.lockers for mark in sight.marks) == sight.total == 400
    assert len(sight.marks) < 30
    assert sight.receiving == Point.objects.filter(may_receive=True).count()


def test_a_square_leads_closer_and_keeps_the_filters(viewing: Client):
    many(600)

    mark = viewing.get("/lockers/map/", {"status": "receiving"}).context["marks"][0]

    assert mark["to"].startswith("?status=receiving&box=")
    assert viewing.get(f"/lockers/map/{mark['to']}").context["sight"].total > 0


def test_a_town_is_drawn_as_large_as_it_fits(viewing: Client):
    make_point("UK00000001", city="York", latitude=53.96, longitude=-1.08)
    make_point("UK00000002", city="Leeds")

    answer = viewing.get("/lockers/map/", {"place": "york"})

    assert answer.context["box"].north - answer.context["box"].south < 0.1
    assert [mark["to"] for mark in answer.context["marks"]] == ["/lockers/UK00000001/"]


def test_a_point_without_a_place_is_not_drawn(viewing: Client):
    make_point("UK00000001", latitude=0, longitude=0)

    assert viewing.get("/lockers/map/").context["sight"].total == 0


@pytest.mark.parametrize("box", ["nowhere", "1,2", "nan,nan,nan,nan", "\x00", "9" * 400])
def test_an_address_that_names_no_part_gets_the_whole_map_and_a_sentence(viewing: Client, box: str):
    answer = viewing.get("/lockers/map/", {"box": box})

    assert answer.status_code == 200
    assert "names no part of the map" in answer.content.decode()


@pytest.mark.parametrize("asked", [{"status": "Nope"}, {"q": "a\x00b"}])
def test_a_question_that_cannot_be_asked_is_answered_with_a_sentence(viewing: Client, asked: dict[str, str]):
    assert viewing.get("/lockers/map/", asked).status_code == 400


@pytest.mark.parametrize("count", [3, 30, 400])
def test_the_map_asks_the_same_of_the_database_whatever_the_number(viewing: Client, count: int):
    many(count)
    viewing.get("/lockers/map/")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        viewing.get("/lockers/map/")

    assert len(asked) <= 8


def test_who_may_not_see_lockers_sees_no_map(client: Client, django_user_model):
    client.force_login(django_user_model.objects.create_user("nobody"))

    assert client.get("/lockers/map/").status_code == 403
