"""Grades in the mapping editor: new ones on top, our words to choose from, and what follows is looked at again."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django_q.models import OrmQ

from partners.models import CodeMapping
from returns.models import Cost, ReturnItem, WriteOff
from returns.queries.grade_effect import effect_of
from returns.tasks import look_at_grades
from tests.returns.telling import MONDAY, grade, make_item
from tests.returns.written_off import make_posted, make_write_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines() -> Client:
    user = User.objects.create_user("ines")
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_codemapping", "change_codemapping", "add_codemapping")))
    client = Client()
    client.force_login(user)
    return client


def say(client: Client, mapping: CodeMapping, target: str) -> int:
    return client.post(f"/mappings/{mapping.pk}/", {"target": target, "version": mapping.version}).status_code


def test_a_new_grade_stands_there_unmapped_with_our_words_to_choose_from(ines: Client):
    make_item(raw="D2?")

    page = ines.get("/mappings/?kind=grade").content.decode()

    assert "D2?" in page
    assert "none is written off, until you map it" in page
    assert '<option value="ber">Beyond economic repair</option>' in page
    assert "Not graded yet" not in page


def test_a_meaning_is_saved_and_what_it_decides_is_looked_at_again(ines: Client):
    item = make_item(raw="D2?")

    assert say(ines, grade("D2?"), "ber") == 302
    assert [task.func() for task in OrmQ.objects.all()] == ["returns.tasks.look_at_grades"]
    assert look_at_grades() == {"looked_at": 1}
    assert WriteOff.objects.get().item == item


def test_beyond_repair_no_longer_withdraws_what_nobody_has_decided(ines: Client):
    make_item(raw="D2?")
    say(ines, grade("D2?"), "ber")
    look_at_grades()

    say(ines, grade("D2?"), "repair")
    look_at_grades()

    assert WriteOff.objects.get().state == "rejected"
    assert look_at_grades() == {"looked_at": 0}


@pytest.mark.parametrize("target", ["ungraded", "unknown", "ready", "BER"])
def test_what_is_no_meaning_of_a_grade_is_refused(ines: Client, target: str):
    make_item(raw="D2?")

    assert say(ines, grade("D2?"), target) == 422
    assert ReturnItem.objects.get().grade.target == ""


def test_beyond_repair_once_more_raises_once_more(ines: Client):
    make_item(raw="D2?")
    for target in ("ber", "repair", "ber"):
        say(ines, grade("D2?"), target)
        look_at_grades()

    assert sorted(WriteOff.objects.values_list("state", flat=True)) == ["evidence_needed", "rejected"]
    assert look_at_grades() == {"looked_at": 0}


def cost(item: ReturnItem, pence: int, **columns: Any):
    Cost.objects.create(rfid=item.rfid, cost_pence=pence, as_at=MONDAY, told_at=MONDAY, **{"ledger_class": "stock"} | columns)


def test_before_a_grade_is_mapped_the_page_says_what_follows_and_that_comes(ines: Client):
    items = [make_item(raw="D2?") for _ in range(4)]
    cost(items[0], 4_250)
    cost(items[1], 9_000, ledger_class="consigned")
    make_item(raw="D2?", rfid="")

    told = ines.get(f"/returns/grades/{grade('D2?').pk}/effect/", {"target": "ber"})
    say(ines, grade("D2?"), "ber")
    look_at_grades()

    assert told.content.decode() == "4 garments would go off sale and be written off (£42.50, 2 of unknown value)."
    assert WriteOff.objects.count() == 4


def test_before_it_means_something_else_the_page_says_what_is_withdrawn_and_what_is_too_late(ines: Client):
    kept = make_posted(1, at=MONDAY, first_by=User.objects.create_user("agnes"))
    make_write_off(2, at=MONDAY)
    ReturnItem.objects.update(grade=grade("BER"))
    mapping = grade("BER")

    told = effect_of(mapping, "repair")
    say(ines, mapping, "repair")
    look_at_grades()

    assert (told.withdrawn, told.late) == (1, 1)
    assert told.sentence == (
        "1 write-off not yet posted would be withdrawn. 1 write-off in the ledger or on the way there would become a case for finance."
    )
    assert WriteOff.objects.get(state="verified") == kept


@pytest.mark.parametrize("target", ["", "nonsense", "\x00"])
def test_what_stands_and_what_is_no_meaning_have_no_effect_to_tell(ines: Client, target: str):
    make_item(raw="D2?")

    assert ines.get(f"/returns/grades/{grade('D2?').pk}/effect/", {"target": target}).content == b""


def test_thirty_garments_ask_as_many_statements_as_three(django_assert_max_num_queries):
    for _ in range(30):
        make_item(raw="D2?")

    with django_assert_max_num_queries(4):
        assert effect_of(grade_row := CodeMapping.objects.get(raw="D2?"), "ber").raised == 30
    assert grade_row.target == ""
