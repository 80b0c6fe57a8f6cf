"""Taking back what was posted needs another person than its approvers, and a limit of one's own that reaches."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User

from returns.actions import delegating, limits, reversing
from returns.actions.outcomes import Refused
from returns.models import Journal, WriteOff
from tests.callers import person
from tests.returns.builders import NOON
from tests.returns.written_off import make_posted

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def ask(write_off: WriteOff, actor: User) -> Journal:
    return reversing.ask(write_off.reference, reason="Found", actor=User.objects.get(pk=actor.pk), at=LATER)


def may_reverse(user: User) -> User:
    user.user_permissions.add(Permission.objects.get(codename="reverse_writeoff"))
    return user


def test_only_within_ones_own_limit(people):
    dear, cheap = (make_posted(n, at=NOON, first_by=people.manager, pence=pence) for n, pence in ((1, 10_001), (2, 10_000)))
    finance = may_reverse(people.finance)

    with pytest.raises(Refused, match=r"It is worth £100\.01, and your limit is £100\.00: it needs a higher tier"):
        ask(dear, finance)

    assert ask(cheap, finance).kind == Journal.Kind.REVERSAL
    assert Journal.objects.filter(kind="reversal").count() == 1


def test_not_under_a_limit_that_was_handed_over_nor_under_none(people):
    write_off = make_posted(1, at=NOON, first_by=people.colleague, pence=20_000)
    day = NOON.date()
    delegating.delegate(taker=people.finance, limit_pence=90_000, from_day=day, to_day=day, reason="Away", actor=people.manager, at=NOON)

    with pytest.raises(Refused, match="it needs a higher tier"):
        ask(write_off, may_reverse(people.finance))
    with pytest.raises(Refused, match="give you no limit"):
        ask(write_off, people.boss)


@pytest.mark.parametrize("place", ["first_by", "first_for", "second_by", "second_for"])
def test_never_by_an_approver_nor_by_whom_one_stood_in_for(people, place):
    approvers = {"first_by": people.finance} | {place: people.manager}
    write_off = make_posted(1, at=NOON, **approvers)

    with pytest.raises(Refused, match="someone else must reverse it"):
        ask(write_off, people.manager)
    assert ask(write_off, person("finance_manager", "other"))


def test_a_limit_that_was_lowered_since_carries_it_no_more(people):
    write_off = make_posted(1, at=NOON, first_by=people.finance, pence=20_000)
    mirror = ask(write_off, people.manager)
    before = reversing.why_not_asked(mirror, at=LATER)

    lowered = {"limit_pence": 19_999, "second_above_pence": 0, "reason": "Audit"}
    limits.propose("finance_manager", **lowered, actor=people.manager, at=LATER)

    assert (before, reversing.why_not_asked(mirror, at=LATER)) == ("", "who asked for it may reverse no longer")
