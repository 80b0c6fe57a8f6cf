"""No role, combination of roles or superuser lets one person both make a write-off and approve it: by a page, the API or the admin."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.roles import ROLES
from returns.actions import completing, deciding, delegating, photos, raising
from returns.actions.outcomes import Refused
from returns.models import GraderLink, ReturnItem, WriteOff
from returns.states import Grade
from tests.callers import person
from tests.returns.builders import make_cost, make_grade, make_item, seen
from tests.returns.clients import in_two_steps
from tests.returns.telling import JPEG
from tests.returns.test_api import post, session_of

pytestmark = pytest.mark.django_db
WAITS = ("evidence_needed", "awaiting_approval", "awaiting_second")
APPROVE = "/write-offs/approve/"


def raises(item: ReturnItem, maker: User, colleague: User, at: datetime) -> None:
    """By hand; a colleague says where it goes."""
    row = raising.raise_by_hand(item.rfid, reason="Burnt", actor=maker, at=at)
    completing.complete(row.reference, route="recycled", actor=colleague, at=at)


def _raised_by(colleague: User, item: ReturnItem, at: datetime) -> str:
    raises(item, colleague, colleague, at)
    return WriteOff.objects.get(rfid=item.rfid).reference


def values(item: ReturnItem, maker: User, colleague: User, at: datetime) -> None:
    completing.complete(_raised_by(colleague, item, at), cost_pence=900, source="Register", actor=maker, at=at)


def completes(item: ReturnItem, maker: User, colleague: User, at: datetime) -> None:
    completing.complete(_raised_by(colleague, item, at), certificate="RC-1", actor=maker, at=at)


def pictures(item: ReturnItem, maker: User, colleague: User, at: datetime) -> None:
    """Before it is raised at all."""
    photos.add_photo(item, JPEG, actor=maker, at=at)
    _raised_by(colleague, item, at)


def grades(item: ReturnItem, maker: User, colleague: User, at: datetime) -> None:
    GraderLink.objects.create(grader=item.grader, user=maker)
    _raised_by(colleague, item, at)


PARTS = (raises, values, completes, pictures, grades)
MAY_NOT = ("Your role does not let you raise write-offs.", "Your role does not let you complete write-offs.")


@pytest.fixture
def everybody(people, settings):
    """A colleague with every role there is, who hands everything over; and a garment that nobody asks to write off."""
    settings.SANDBOX = True
    helper = User.objects.create_user("helper", password=None)
    helper.groups.set(Group.objects.all())
    item = make_item(grade=make_grade(Grade.A, "A"), photos=1)
    make_cost(item)
    return helper, person("warehouse", "colleague of the warehouse"), item


def _every_part(test: Callable[..., None]) -> Callable[..., None]:
    """Each part with every role there is, as a superuser and not, first and second."""
    for number, part in enumerate(PARTS):
        test = example(roles=set(ROLES), boss=bool(number % 2), second=bool(number % 2), part=part, made_first=True)(test)
    return test


@_every_part
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    roles=st.sets(st.sampled_from(sorted(ROLES)), min_size=1),
    boss=st.booleans(),
    second=st.booleans(),
    part=st.sampled_from(PARTS),
    made_first=st.booleans(),
)
def test_who_makes_it_never_approves_it(everybody, roles, boss, second, part, made_first):
    helper, colleague, item = everybody
    cache.clear()
    at = timezone.now() - timedelta(minutes=5)
    with transaction.atomic():
        maker = User.objects.create_user("maker", password=None, is_superuser=boss, is_staff=boss)
        maker.groups.set(Group.objects.filter(name__in=roles))
        if made_first:
            _hand_over_both_ways(maker, helper, at)
        try:
            part(item, maker, colleague, at)
        except Refused as no:
            assert no.sentence in MAY_NOT  # noqa: PT017 - who may not have a part proves nothing
        else:
            if not made_first:
                _hand_over_both_ways(maker, helper, at)
            _tries_every_door(WriteOff.objects.get(), maker, helper, at, second=second)
        transaction.set_rollback(True)


def _hand_over_both_ways(maker: User, helper: User, at: datetime) -> None:
    """The helper's limit to the maker, and the maker's, where there is one, back: neither lends what one may not do oneself."""
    day = timezone.localdate(at)
    for giver, taker in ((helper, maker), (maker, helper)):
        try:
            delegating.delegate(taker=taker, limit_pence=9_000, from_day=day, to_day=day, reason="Away", actor=giver, at=at)
        except Refused as no:
            assert no.sentence.endswith(".")  # noqa: PT017 - who has no limit hands none over


def _tries_every_door(write_off: WriteOff, maker: User, helper: User, at: datetime, *, second: bool) -> None:
    if second:
        WriteOff.objects.update(needs_second=True)
        assert deciding.approve_many(seen(write_off), actor=helper, at=at)[0].done
    before = WriteOff.objects.values().get()

    [outcome] = deciding.approve_many(seen(write_off), actor=maker, at=timezone.now())
    by_api = post(session_of(maker), WriteOff.objects.get(), "approve")
    by_page = _by_the_page(maker, seen(write_off))
    by_admin = _by_the_admin(maker, before)

    assert outcome.done is False
    assert by_api.status_code in (403, 409)
    assert by_page in (200, 403)  # the result's page, which says why not
    assert by_admin <= {302, 403, 404}
    assert WriteOff.objects.values().get() == before
    assert before["state"] in WAITS


def _by_the_page(maker: User, signed: dict[str, str]) -> int:
    answer = in_two_steps(maker).post(APPROVE, {"pick": [":".join(pair) for pair in signed.items()], "do": "approve"})
    said = answer.content.decode()
    assert answer.status_code != 200 or "Nothing was approved; each says why." in said
    return answer.status_code


def _by_the_admin(maker: User, row: dict[str, object]) -> set[int]:
    """A row edited by hand: no page of the admin would let them."""
    client, sent = in_two_steps(maker), {"state": "approved", "first_by": maker.pk, "approved_hash": row["lines_hash"]}
    addresses = (f"/admin/returns/writeoff/{row['id']}/change/", "/admin/returns/writeoff/", "/admin/returns/approval/add/")
    return {client.post(address, sent).status_code for address in addresses}


def test_the_admin_knows_nothing_of_write_offs():
    """Nobody gets round the rule by editing a row: its pages do not exist."""
    assert [model for model in admin.site._registry if model._meta.app_label == "returns"] == []
