"""Buffers: what a rule would change is said before it does, and only a merchandiser changes one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from inventory.actions import set_buffer
from inventory.models import BufferRule, Level
from inventory.queries.buffering import effect
from tests.inventory.builders import counted, make_garments, make_product

pytestmark = pytest.mark.django_db
SET = "/stock/buffers/set/"
TYPED = {"scope": "category", "value": "Skirts", "hours": "24", "reason": "The week-end sale", "expires_at": ""}


@pytest.fixture
def goods():
    """Two skirts of one brand and a dress of another; each has 2 of 30 h, 3 of 60 h, 4 of 100 h."""
    now = timezone.now()
    for sku, category, brand in (("SKT-1", "Skirts", "Alder"), ("SKT-2", "Skirts", "Alder"), ("DRS-1", "Dresses", "Rowe")):
        make_product(sku, category=category, brand=brand)
        for count, hours in ((2, 30), (3, 60), (4, 100)):
            make_garments(sku, count, since=now - timedelta(hours=hours))
    counted(at=now)
    return now


@pytest.mark.parametrize(
    ("scope", "value", "hours", "sentence"),
    [
        ("category", "Skirts", 24, "From 72 h to 24 h for 2 SKUs: 10 garments would be sellable at once."),
        ("sku", "DRS-1", 48, "From 72 h to 48 h for 1 SKU: 3 garments would be sellable at once."),
        ("all", "", 120, "From 72 h to 120 h for 3 SKUs: 12 garments would go back to waiting."),
        ("brand", "Alder", 72, "It stays at 72 h for 2 SKUs: nothing changes now."),
        ("brand", "Nobody", 24, "It would decide for no SKU that ACS holds: nothing changes now."),
        ("sku", "DRS-1", 65, "From 72 h to 65 h for 1 SKU: no garment changes at once."),
    ],
)  # fmt: skip
def test_what_a_rule_would_change_is_said_in_words(goods, scope: str, value: str, hours: int, sentence: str):
    assert effect(scope, value, hours, at=goods).sentence == sentence


def test_what_was_said_is_what_happens(goods):
    """The prediction is the counters' own change."""
    said = effect("category", "Skirts", 24, at=goods)
    before = sum(Level.objects.values_list("ripe", flat=True))

    set_buffer("category", "Skirts", 24, reason="Sale", expires_at=None, actor="system:test", at=goods)

    assert sum(Level.objects.values_list("ripe", flat=True)) - before == said.freed == 10


def test_a_narrower_rule_in_force_is_not_decided_over_and_one_that_ran_out_is(goods):
    set_buffer("sku", "SKT-1", 10, reason="Mine", expires_at=None, actor="system:test", at=goods)
    assert effect("category", "Skirts", 24, at=goods).skus == 1
    assert effect("all", "", 24, at=goods).skus == 2
    BufferRule.objects.update(expires_at=goods - timedelta(hours=1))

    assert effect("category", "Skirts", 24, at=goods).skus == 2


def test_buffers_of_different_lengths_are_both_named(goods):
    set_buffer("category", "Skirts", 120, reason="Checked twice", expires_at=None, actor="system:test", at=goods)
    BufferRule.objects.all().delete()

    said = effect("all", "", 96, at=goods).sentence
    assert said == "From 72 h or 120 h to 96 h for 3 SKUs: 8 garments would be sellable at once."


def test_looking_changes_nothing_and_saving_does(selling: Client, goods):
    looked = selling.post(SET, TYPED | {"do": "look"})
    assert "From 72 h to 24 h for 2 SKUs: 10 garments would be sellable at once." in looked.content.decode()
    assert not BufferRule.objects.exists()

    saved = selling.post(SET, TYPED | {"do": "save"})

    assert (saved.status_code, saved["Location"]) == (302, "/stock/buffers/")
    rule = BufferRule.objects.get()
    assert (rule.hours, rule.reason, rule.made_by.username, rule.expires_at) == (24, "The week-end sale", "rosa", None)
    assert dict(Level.objects.values_list("sku", "buffer_hours")) == {"SKT-1": 24, "SKT-2": 24, "DRS-1": 72}
    assert AuditEntry.objects.get().reason == "The week-end sale"


def test_a_rule_is_changed_from_where_it_stands_and_dropped(selling: Client, goods):
    selling.post(SET, TYPED | {"do": "save"})
    page = selling.get(SET, {"scope": "category", "value": "Skirts"})
    assert page.context["form"].initial["hours"] == 24

    selling.post(SET, TYPED | {"hours": "36", "do": "save"})
    assert BufferRule.objects.get().hours == 36
    selling.post(f"/stock/buffers/{BufferRule.objects.get().pk}/drop/")

    assert not BufferRule.objects.exists()
    assert set(Level.objects.values_list("buffer_hours", flat=True)) == {72}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"hours": "-1"}, "A whole number of hours from 0 to 2,160 (90 days)."),
        ({"hours": "2161"}, "A whole number of hours from 0 to 2,160 (90 days)."),
        ({"hours": "1.5"}, "A whole number of hours from 0 to 2,160 (90 days)."),
        ({"hours": "9" * 40}, "A whole number of hours from 0 to 2,160 (90 days)."),
        ({"value": ""}, "Say which one."),
        ({"scope": "all"}, "A rule for all goods names none of them: leave it empty."),
        ({"scope": "sku", "value": "x" * 70}, "A SKU has at most 64 characters."),
        ({"scope": "👗"}, "Select a valid choice."),
        ({"value": "a\x00b"}, "Null characters are not allowed."),
        ({"expires_at": "2020-01-01T10:00"}, "Choose a time that is still to come."),
        ({"expires_at": "9999-12-31T23:59"}, "Choose a time between the years 2000 and 2999."),
        ({"reason": " "}, "This field is required."),
    ],
)
def test_what_cannot_be_a_rule_is_refused_with_a_sentence(selling: Client, goods, typed: dict[str, str], sentence: str):
    answer = selling.post(SET, TYPED | typed | {"do": "save"})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not BufferRule.objects.exists()


@pytest.mark.parametrize("asked", [{"scope": "a\x00", "value": "x" * 500}, {"scope": "👗"}, {"value": "A-1"}])
def test_a_strange_address_is_an_empty_form(selling: Client, asked: dict[str, str]):
    assert selling.get(SET, asked).status_code == 200


def test_the_list_says_which_have_run_out_and_what_holds_without_one(looking: Client, goods):
    assert "every garment waits 72 h" in looking.get("/stock/buffers/").content.decode()
    BufferRule.objects.create(scope="sku", value="SKT-1", hours=1, reason="Sale", made_at=goods, expires_at=goods - timedelta(days=1))

    page = looking.get("/stock/buffers/").content.decode()

    assert "Ran out" in page
    assert "Without a narrower rule it is 72 h" in page


def test_who_may_only_look_changes_no_buffer(looking: Client, goods):
    BufferRule.objects.create(scope="sku", value="SKT-1", hours=1, reason="Sale", made_at=goods)

    assert looking.get(SET).status_code == looking.post(SET, TYPED).status_code == 403
    assert looking.post(f"/stock/buffers/{BufferRule.objects.get().pk}/drop/").status_code == 403
    assert "Add a rule" not in looking.get("/stock/buffers/").content.decode()
