"""No role, combination of roles or superuser lets one person both make a write-off and approve it: by a page, the API or the admin.
Nor a refund, nor approve it twice where it takes two."""

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
from exceptions_queue.audit import record
from returns.actions import completing, deciding, delegating, limits, photos, raising, refunds
from returns.actions.outcomes import Refused
from returns.models import GraderLink, Refund, ReturnItem, WriteOff
from returns.states import REFUND_WAITS, Grade
from tests.callers import person
from tests.returns.builders import make_cost, make_grade, make_item, seen
from tests.returns.clients import in_two_steps
from tests.returns.refunds.due import came_back, sold
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


def proposes_money(item: ReturnItem, maker: User, colleague: User, at: datetime) -> None:
    refunds.propose(item.pk, reason="Torn on arrival", actor=maker, at=at)


def grades_for_money(item: ReturnItem, maker: User, colleague: User, at: datetime) -> None:
    GraderLink.objects.create(grader=item.grader, user=maker)
    proposes_money(item, colleague, maker, at)


def matches_for_money(item: ReturnItem, maker: User, colleague: User, at: datetime) -> None:
    record("return matched", item.ret, actor=maker, at=at)
    proposes_money(item, colleague, maker, at)


def writes_off_too(item: ReturnItem, maker: User, colleague: User, at: datetime) -> None:
    raising.raise_by_hand(item.rfid, reason="Burnt", actor=maker, at=at)
    proposes_money(item, colleague, maker, at)


def approves_money_first(item: ReturnItem, maker: User, colleague: User, at: datetime) -> None:
    """Alone, or for the helper where that was handed over."""
    proposes_money(item, colleague, maker, at)
    refunds.approve(Refund.objects.get().pk, pence=MONEY, actor=maker, at=at)


MONEY = 8_400  # above what one may give back alone in these tests, and within everybody's limit
PARTS_IN_MONEY = (proposes_money, grades_for_money, matches_for_money, writes_off_too, approves_money_first)
MAY_NOT_GIVE = (
    "Your role does not let you propose refunds.",
    "Your role does not let you raise write-offs.",
    "Your role does not let you decide about refunds.",
    "Your roles give you no limit to approve under.",
)


@pytest.fixture
def everybody(people, settings):
    """A colleague with every role there is, who hands everything over; and a garment that nobody asks to write off."""
    settings.SANDBOX = True
    helper = User.objects.create_user("helper", password=None)
    helper.groups.set(Group.objects.all())
    item = make_item(grade=make_grade(Grade.A, "A"), photos=1)
    make_cost(item)
    return helper, person("warehouse", "colleague of the warehouse"), item


@pytest.fixture
def money(everybody, people, settings):
    """The same helper, a colleague who may propose, and a garment whose hire might be given back; all of it takes two people."""
    at = timezone.now() - timedelta(hours=1)
    for tier, most in (("finance", 10_000), ("finance_manager", 500_000)):
        limits.propose(tier, limit_pence=most, second_above_pence=MONEY - 1, reason="Audit", actor=people.manager, at=at)
    return everybody[0], person("cx", "colleague of the customers"), came_back(sold(pence=MONEY, hire=True))


def _every_part(*parts: Callable[..., None]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Each part with every role there is, as a superuser and not, first and second."""

    def each(test: Callable[..., None]) -> Callable[..., None]:
        for number, part in enumerate(parts):
            test = example(roles=set(ROLES), boss=bool(number % 2), second=bool(number % 2), part=part, made_first=True)(test)
        return test

    return each


@_every_part(*PARTS)
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


@_every_part(*PARTS_IN_MONEY)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    roles=st.sets(st.sampled_from(sorted(ROLES)), min_size=1),
    boss=st.booleans(),
    second=st.booleans(),
    part=st.sampled_from(PARTS_IN_MONEY),
    made_first=st.booleans(),
)
def test_who_has_a_part_in_a_refund_never_approves_it_nor_twice(money, roles, boss, second, part, made_first):
    helper, colleague, item = money
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
            assert no.sentence in MAY_NOT_GIVE  # noqa: PT017 - who may not have a part proves nothing
        else:
            if not made_first:
                _hand_over_both_ways(maker, helper, at)
            _tries_every_door_to_money(Refund.objects.get(), maker, helper, at, second=second)
        transaction.set_rollback(True)


def _tries_every_door_to_money(one: Refund, maker: User, helper: User, at: datetime, *, second: bool) -> None:
    if second and one.first_by is None:
        assert refunds.approve(one.pk, pence=MONEY, actor=helper, at=at).state == "awaiting_second"
    before = Refund.objects.values().get()

    for who in [maker, helper] if one.first_for == helper else [maker]:
        with pytest.raises(Refused):
            refunds.approve(one.pk, pence=MONEY, actor=who, at=timezone.now())
        page = in_two_steps(who).post(f"/returns/refunds/{one.pk}/approve/", {"pence": MONEY, "back": "list"})
        assert page.status_code in (403, 409)
    assert _by_the_admin_to_money(maker, before) <= {302, 403, 404}
    assert Refund.objects.values().get() == before
    assert before["state"] in REFUND_WAITS


def _by_the_admin_to_money(maker: User, row: dict[str, object]) -> set[int]:
    client, sent = in_two_steps(maker), {"state": "approved", "decided_by": maker.pk}
    return {client.post(f"/admin/returns/refund/{place}", sent).status_code for place in (f"{row['id']}/change/", "", "add/")}


def test_the_admin_knows_nothing_of_write_offs():
    """Nobody gets round the rule by editing a row: its pages do not exist."""
    assert [model for model in admin.site._registry if model._meta.app_label == "returns"] == []
