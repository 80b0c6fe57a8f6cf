"""A month that was signed off: what was approved in it is posted under the next, and what it owed stays what was signed."""

from datetime import UTC, date, datetime

import pytest

from partners.ledger import DocStatus
from returns.actions import signing
from returns.models import Journal, PeriodSignOff
from returns.queries.month_end.figures import figures
from returns.queries.periods import closed_to
from returns.tasks import post_journals
from tests.callers import load_roles, person
from tests.returns.posting.approved import Clock, approved

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
IN_MAY = datetime(2026, 5, 29, 9, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_nothing_is_posted_into_a_signed_month_and_its_figures_stay(folder, clock: Clock):
    load_roles()
    approved(at=IN_MAY)
    seen = figures(MAY, at=clock.now)
    signing.sign(MAY, seen=seen.hash, actor=person("finance_manager"), at=clock.now, reason="Posted on Monday")

    post_journals(clock)

    [doc] = folder.find("ber:BER-260529-00001:1")
    now = figures(MAY, at=clock.now)
    assert (doc.status, doc.on) == (DocStatus.POSTED, JUNE)
    assert (now.accrual, now.accrual.pence, now.books.register) == (seen.accrual, 4_205, seen.books.register)


@pytest.mark.django_db
def test_after_it_was_opened_again_its_own_day_is_open(folder, clock: Clock):
    load_roles()
    manager = person("finance_manager")
    approved(at=IN_MAY)
    signing.sign(MAY, seen=figures(MAY, at=clock.now).hash, actor=manager, at=clock.now, reason="Posted on Monday")
    signing.reopen(MAY, reason="It belongs here", actor=manager, at=clock.now)

    post_journals(clock)

    assert Journal.objects.get().post_on == IN_MAY.date()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("many", [1, 3, 20])
def test_whoever_signs_while_journals_are_posted_signs_over_none_of_them(folder, clock: Clock, race, many: int):
    load_roles()
    manager = person("finance_manager")
    for number in range(1, many + 1):
        approved(number, at=IN_MAY)
    seen = figures(MAY, at=clock.now).hash

    def act(what: str) -> None:
        if what == "sign":
            signing.sign(MAY, seen=seen, actor=manager, at=clock.now, reason="Posted on Monday")
        else:
            post_journals(clock)

    signed, _ = race(act, ["sign", "post"])

    assert PeriodSignOff.objects.exists() == (signed == "ok")
    assert set(Journal.objects.values_list("post_on", flat=True)) <= ({JUNE} if closed_to() else {IN_MAY.date()})


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_at_once_one_does_and_the_other_is_told(folder, clock: Clock, race):
    load_roles()
    approved(at=IN_MAY)
    seen = figures(MAY, at=clock.now).hash
    people = [person("finance_manager", name) for name in ("martin", "mina")]

    ended = race(lambda who: signing.sign(MAY, seen=seen, actor=who, at=clock.now, reason="Posted on Monday"), people)

    assert sorted(ended) == ["Refused", "ok"]
    assert PeriodSignOff.objects.count() == 1
