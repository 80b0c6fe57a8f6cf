"""Grades in the mapping editor: new ones on top, our words to choose from, and what follows is looked at again."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django_q.models import OrmQ

from partners.models import CodeMapping
from returns.models import ReturnItem, WriteOff
from returns.tasks import look_at_grades
from tests.returns.telling import grade, make_item

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
