"""What a merchandiser keeps off sale."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from config.bench.harness import statements
from exceptions_queue.models import AuditEntry
from inventory import tasks
from inventory.actions import Refused, apply_buffers, drop_buffer, recount, set_buffer, set_reserve
from inventory.models import BufferRule, Level
from inventory.queries import sellable_now
from tests.inventory.builders import make_product
from tests.inventory.holding import make_ready

NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return User.objects.create(username="merchandiser")


@pytest.fixture(autouse=True)
def four_days_ready(db):
    make_product("DRS-1", category="Dresses", brand="Ida")
    make_ready(3, NOON, days=4)
    recount(at=NOON)


def keep(person: User, scope: str, value: str, hours: int, **also):
    return set_buffer(scope, value, hours, reason="Moths", expires_at=also.get("until"), actor=person, at=also.get("at", NOON))


def hours() -> int:
    return Level.objects.get().buffer_hours


def test_a_buffer_takes_effect_at_once_and_says_who_and_why(person):
    assert sellable_now(at=NOON) == {"DRS-1": 3}

    keep(person, "category", "Dresses", 120)

    assert sellable_now(at=NOON) == {"DRS-1": 0}
    assert sellable_now(at=NOON + timedelta(days=1)) == {"DRS-1": 3}
    entry = AuditEntry.objects.get(verb="buffer set")
    assert (entry.reason, entry.after["hours"], entry.actor_label) == ("Moths", 120, "merchandiser")


def test_the_narrowest_rule_decides(person):
    seen = []
    for scope, value, length in (("all", "", 10), ("brand", "Ida", 20), ("category", "Dresses", 30), ("sku", "DRS-1", 40)):
        keep(person, scope, value, length)
        seen.append(hours())
    for rule in BufferRule.objects.order_by("-pk"):
        drop_buffer(rule, actor=person, at=NOON)
        seen.append(hours())

    assert seen == [10, 20, 30, 40, 30, 20, 10, 72]


def test_an_expired_rule_falls_away_by_the_clock(person):
    keep(person, "sku", "DRS-1", 200, until=NOON + timedelta(hours=2))

    assert apply_buffers(at=NOON + timedelta(hours=1)) == 0
    assert apply_buffers(at=NOON + timedelta(hours=2)) == 1

    assert (hours(), sellable_now(at=NOON + timedelta(hours=2))) == (72, {"DRS-1": 3})


def test_a_new_sku_stands_with_the_buffer_of_its_group_from_its_first_garment(person):
    keep(person, "brand", "Ida", 0)
    make_product("DRS-2", brand="Ida")
    make_ready(1, NOON, "DRS-2", days=0)

    recount(["DRS-2"], at=NOON)

    assert sellable_now(["DRS-2"], at=NOON) == {"DRS-2": 1}


def test_a_rule_of_one_brand_leaves_the_others_alone(person):
    keep(person, "brand", "Another", 200)

    assert hours() == 72


@pytest.mark.parametrize(
    ("scope", "value", "length", "ends", "field"),
    [
        ("house", "", 1, None, "scope"),
        ("sku", " ", 1, None, "value"),
        ("all", "Dresses", 1, None, "value"),
        ("brand", "x" * 81, 1, None, "value"),
        ("all", "", -1, None, "hours"),
        ("all", "", 2161, None, "hours"),
        ("all", "", 1, NOON, "expires_at"),
    ],
)
def test_what_makes_no_buffer_is_refused_with_a_sentence(person, scope, value, length, ends, field):
    with pytest.raises(Refused) as refused:
        keep(person, scope, value, length, until=ends)

    assert refused.value.field == field
    assert refused.value.sentence.endswith(".")
    assert not BufferRule.objects.exists()


def test_a_buffer_and_a_reserve_need_a_reason(person):
    with pytest.raises(Refused) as of_buffer:
        set_buffer("all", "", 1, reason=" ", expires_at=None, actor=person, at=NOON)
    with pytest.raises(Refused) as of_reserve:
        set_reserve("DRS-1", 1, reason="", actor=person, at=NOON)

    assert (of_buffer.value.field, of_reserve.value.field) == ("reason", "reason")


def test_a_rule_is_ended_once(person):
    rule = keep(person, "all", "", 1)
    drop_buffer(BufferRule.objects.get(), actor=person, at=NOON)

    with pytest.raises(Refused):
        drop_buffer(rule, actor=person, at=NOON)


def test_a_reserve_is_not_offered_and_never_makes_less_than_nothing(person):
    set_reserve("DRS-1", 2, reason="Photo shoot", actor=person, at=NOON)
    assert sellable_now(at=NOON) == {"DRS-1": 1}

    set_reserve("DRS-1", 20, reason="Photo shoot", actor=person, at=NOON)
    recount(at=NOON)

    assert sellable_now(at=NOON) == {"DRS-1": 0}
    assert AuditEntry.objects.filter(verb="reserve set").count() == 2


@pytest.mark.parametrize(("sku", "quantity", "field"), [("DRS-1", -1, "quantity"), ("DRS-1", 1_000_001, "quantity"), ("NO-1", 1, "sku")])
def test_what_cannot_be_kept_back_is_refused(person, sku, quantity, field):
    with pytest.raises(Refused) as refused:
        set_reserve(sku, quantity, reason="Photo shoot", actor=person, at=NOON)

    assert refused.value.field == field


def test_the_clock_costs_two_statements_where_nothing_is_due():
    tasks.ripen()

    with statements() as asked:
        assert tasks.ripen() == {"buffers": 0, "ripened": 0}

    assert asked.count == 2
