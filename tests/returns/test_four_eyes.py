"""No role, no combination of roles and no superuser lets one person both raise a write-off and approve it, by any door."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.roles import ROLES
from returns.actions import completing, deciding, delegating, raising
from returns.actions.outcomes import Refused
from returns.models import WriteOff
from returns.states import Grade
from tests.returns.builders import NOON, make_cost, make_grade, make_item, seen
from tests.returns.test_api import post, session_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
WAITS = ("evidence_needed", "awaiting_approval", "awaiting_second")


@pytest.fixture
def everybody(people):
    """A colleague with every role there is, who hands everything over; and a garment that nobody asks to write off."""
    helper = User.objects.create_user("helper", password=None)
    helper.groups.set(Group.objects.all())
    item = make_item(grade=make_grade(Grade.A, "A"))
    make_cost(item)
    return helper, item


@example(roles=set(ROLES), boss=False, second=False)
@example(roles=set(ROLES), boss=True, second=True)
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roles=st.sets(st.sampled_from(sorted(ROLES))), boss=st.booleans(), second=st.booleans())
def test_who_raises_never_approves(everybody, roles, boss, second):
    helper, item = everybody
    cache.clear()
    with transaction.atomic():
        raiser = User.objects.create_user("raiser", password=None, is_superuser=boss, is_staff=boss)
        raiser.groups.set(Group.objects.filter(name__in=roles))
        try:
            write_off = raising.raise_by_hand(item.rfid, reason="Burnt", actor=raiser, at=NOON)
        except Refused as no:
            assert no.sentence == "Your role does not let you raise write-offs."  # noqa: PT017 - who may not raise proves nothing
        else:
            _tries_every_door(write_off, raiser, helper, second=second)
        transaction.set_rollback(True)


def _tries_every_door(write_off: WriteOff, raiser: User, helper: User, *, second: bool) -> None:
    completing.complete(write_off.reference, route="recycled", actor=helper, at=NOON)
    if raiser.has_perm("returns.approve_writeoff"):
        day = NOON.date()
        delegating.delegate(taker=raiser, limit_pence=9_000, from_day=day, to_day=day, reason="Away", actor=helper, at=NOON)
    if second:
        WriteOff.objects.update(needs_second=True)
        assert deciding.approve_many(seen(write_off), actor=helper, at=LATER)[0].done
    before = WriteOff.objects.values().get(pk=write_off.pk)

    [outcome] = deciding.approve_many(seen(write_off), actor=raiser, at=LATER)
    answer = post(session_of(raiser), WriteOff.objects.get(pk=write_off.pk), "approve")

    assert (outcome.done, answer.status_code) in {(False, 403), (False, 409)}
    assert WriteOff.objects.values().get(pk=write_off.pk) == before
    assert before["state"] in WAITS


def test_the_admin_knows_nothing_of_write_offs():
    """Nobody gets round the rule by editing a row: its pages do not exist."""
    assert [model for model in admin.site._registry if model._meta.app_label == "returns"] == []
