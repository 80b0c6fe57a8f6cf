"""Limits and delegations by their pages: a raised limit waits for another person, nobody gives more than they have."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone

from returns.actions import deciding
from returns.models import ApprovalLimit, ChartAccount, Delegation, LedgerAccount
from returns.queries import authority
from returns.states import WriteOffState
from tests.callers import person
from tests.config.people import sign_in
from tests.returns.builders import People, make_write_off, seen

pytestmark = pytest.mark.django_db
TYPED = {"tier": "finance", "limit_pence": "150", "second_above_pence": "150.00", "reason": "Prices rose"}


@pytest.fixture(autouse=True)
def sandbox(people: People, settings: LazySettings) -> None:
    cache.clear()
    settings.SANDBOX = True


@pytest.fixture
def other(people: People) -> User:
    return person("finance_manager", "mina")


def limit_now() -> int:
    return authority.limits(at=timezone.now())["finance"].limit_pence


def test_a_raised_limit_waits_until_another_confirms_it(people: People, other: User):
    mine = sign_in(people.manager)
    mine.post("/settings/limits/", TYPED)
    row = ApprovalLimit.objects.get()
    assert "You proposed it, so another finance manager confirms it." in mine.get("/settings/limits/").content.decode()
    assert mine.post(f"/settings/limits/{row.pk}/confirm/").status_code == 409
    assert limit_now() == 10_000

    answer = sign_in(other).post(f"/settings/limits/{row.pk}/confirm/", follow=True)

    assert limit_now() == 15_000
    text = answer.content.decode()
    assert "Confirmed. The limit is in force." in text
    assert "mina confirmed it" in text


def test_a_lowered_limit_is_in_force_at_once(people: People):
    sign_in(people.manager).post("/settings/limits/", TYPED | {"limit_pence": "50", "second_above_pence": "50"})

    assert limit_now() == 5_000


def test_a_proposal_is_withdrawn_and_stays_on_record(people: People):
    client = sign_in(people.manager)
    client.post("/settings/limits/", TYPED)
    client.post(f"/settings/limits/{ApprovalLimit.objects.get().pk}/withdraw/")

    assert limit_now() == 10_000
    assert "Withdrawn" in client.get("/settings/limits/").content.decode()


@pytest.mark.parametrize(
    "typed",
    [{"limit_pence": "-1"}, {"limit_pence": "x"}, {"tier": "boss"}, {"reason": ""}, {"limit_pence": "100", "second_above_pence": "100"}],
)
def test_a_limit_that_cannot_be_is_refused_in_words(people: People, typed: dict[str, str]):
    answer = sign_in(people.manager).post("/settings/limits/", TYPED | typed)

    assert answer.status_code == 422
    assert not ApprovalLimit.objects.exists()


def test_an_approver_looks_but_proposes_nothing(people: People):
    client = sign_in(people.finance)

    assert "Propose another limit" not in client.get("/settings/limits/").content.decode()
    assert client.post("/settings/limits/", TYPED).status_code == 403


class TestAccounts:
    def test_another_account_is_chosen_from_the_chart_and_what_was_approved_is_asked_for_again(self, people: People):
        now = timezone.now()
        one = make_write_off()
        deciding.approve_many(seen(one), actor=people.finance, at=now)
        for code, why in (("7106", ""), ("800", "A system account takes no journal.")):
            ChartAccount.objects.create(code=code, name="Damaged stock", kind="expense", why_not=why, seen_at=now)
        client = sign_in(people.manager)

        assert client.post("/settings/accounts/", {"purpose": "stock_write_off", "code": "800"}).status_code == 422
        answer = client.post("/settings/accounts/", {"purpose": "stock_write_off", "code": "7106"}, follow=True)

        one.refresh_from_db()
        assert "Saved." in answer.content.decode()
        assert (one.lines[0]["account"], one.state, one.first_by) == ("7106", WriteOffState.AWAITING_APPROVAL, None)

    def test_before_the_chart_is_read_a_code_is_typed(self, people: People):
        LedgerAccount.objects.all().delete()
        client = sign_in(people.manager)
        assert "None yet" in client.get("/settings/accounts/").content.decode()

        client.post("/settings/accounts/", {"purpose": "stock", "code": "1200"})

        assert LedgerAccount.objects.get().code == "1200"
        assert sign_in(people.finance).post("/settings/accounts/", {"purpose": "stock", "code": "1"}).status_code == 403


class TestDelegations:
    def typed(self, taker: User) -> dict[str, str]:
        today = timezone.localdate()
        days = {"from_day": str(today), "to_day": str(today + timedelta(days=7))}
        return {"taker": str(taker.pk), **days, "limit_pence": "2,000", "reason": "On leave"}

    def test_somebody_stands_in_and_it_can_be_ended(self, people: People):
        client = sign_in(people.manager)
        client.post("/settings/delegations/", self.typed(people.finance))
        row = Delegation.objects.get()
        assert (row.giver, row.taker, row.limit_pence) == (people.manager, people.finance, 200_000)
        assert "In force" in client.get("/settings/delegations/").content.decode()

        sign_in(people.finance).post(f"/settings/delegations/{row.pk}/end/")

        row.refresh_from_db()
        assert row.ended_by == people.finance
        assert client.post(f"/settings/delegations/{row.pk}/end/").status_code == 409

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ({"limit_pence": "5000.01"}, "The limit cannot be above your own, which is £5,000.00."),
            ({"to_day": "2020-01-01"}, "It ends before it begins: check the two days."),
            ({"taker": "999999"}, "Select a valid choice."),
            ({"limit_pence": "0"}, "nothing"),
        ],
    )
    def test_one_that_cannot_be_is_refused_in_words(self, people: People, typed: dict[str, str], why: str):
        answer = sign_in(people.manager).post("/settings/delegations/", self.typed(people.finance) | typed)

        assert answer.status_code == 422
        assert why in answer.content.decode()
        assert not Delegation.objects.exists()

    def test_only_who_may_approve_is_offered_and_never_oneself(self, people: People):
        form = sign_in(people.manager).get("/settings/delegations/").context["form"]

        assert {name for _, name in form.fields["taker"].choices[1:]} == {"finance", "colleague"}
