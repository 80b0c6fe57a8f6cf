"""One cause, one card, counted over the whole queue."""

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from exceptions_queue import actions
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries.causes import causes
from exceptions_queue.states import Owner
from tests.exceptions_queue.builders import find

pytestmark = pytest.mark.django_db
FAULTS = ("landline", "too_short", "letters")


def break_many(noon, number: int, start: int = 1) -> None:
    """`number` failures of seven causes: three faults of mobiles, four lockers closed."""
    for cause in range(7):
        subjects = range(start + cause, start + number, 7)
        code = "VAL-MOB-FORMAT" if cause < 3 else "LOC-CLOSED"
        evidence = (
            {"field": "mobile", "fault": FAULTS[cause]} if cause < 3 else {"field": "locker", "fault": "closed", "locker": f"UK{cause}"}
        )
        find({pk: {code: evidence} for pk in subjects}, at=noon, value_pence=100)


def test_five_thousand_failures_of_seven_causes_are_seven_cards_that_equal_sql(noon):
    break_many(noon, 5_000)

    cards = causes(limit=20)

    exact = dict(ExceptionCase.objects.order_by().values_list("cause_key").annotate(Count("pk")))
    assert {card.key: card.count for card in cards} == exact
    assert len(cards) == 7
    assert sum(card.count for card in cards) == 5_000
    assert sum(card.value_pence for card in cards) == 500_000


def test_one_more_failure_changes_one_card(noon):
    break_many(noon, 70)
    before = {card.key: card.count for card in causes(limit=20)}

    find({9_999: {"LOC-CLOSED": {"field": "locker", "fault": "closed", "locker": "UK5"}}}, at=noon)

    after = {card.key: card.count for card in causes(limit=20)}
    assert {key for key in after if after[key] != before[key]} == {"LOC-CLOSED:locker:closed:UK5"}


def test_a_card_leads_to_exactly_its_cases(noon, client, django_user_model):
    break_many(noon, 70)
    card = causes()[0]
    client.force_login(django_user_model.objects.create_superuser("root"))

    rows = client.get(card.url).content.decode()

    assert rows.count('<tr id="case-') == card.count or f"{card.count}" in rows


def test_one_case_is_no_cause(noon):
    find({1: {"VAL-MOB-FORMAT": {"field": "mobile", "fault": "landline"}}}, at=noon)

    assert causes() == []


def test_the_cards_of_a_desk_are_its_own(noon):
    break_many(noon, 70)

    assert {card.code for card in causes(owners=frozenset({"cx"}), limit=20)} <= {"VAL-MOB-FORMAT", "LOC-CLOSED"}
    assert causes(owners=frozenset({"finance"})) == []


def test_a_case_handed_to_another_desk_is_neither_counted_nor_found_by_its_card(noon, client, django_user_model):
    break_many(noon, 70)
    root = django_user_model.objects.create_superuser("root")
    key = "VAL-MOB-FORMAT:mobile:landline:"
    gone = ExceptionCase.objects.filter(cause_key=key).first()
    actions.hand_over(gone, owner=Owner.MERCHANDISING, reason="Theirs", actor=root, at=noon, version=1)
    client.force_login(root)

    [card] = [card for card in causes(owners=frozenset({"cx"}), limit=20) if card.key == key]

    assert card.count == 9
    assert client.get(card.url).content.decode().count('<tr id="case-') == 9
    assert client.get(f"/queue/matching/?{card.question}").content == b"9"


def test_one_statement_for_any_number(noon):
    break_many(noon, 210)

    with CaptureQueriesContext(connection) as asked:
        causes()

    assert len(asked) == 1
