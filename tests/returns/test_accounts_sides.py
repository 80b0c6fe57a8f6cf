"""One account is never both sides of a journal: the form says so, and so does the database."""

import pytest
from django.db import IntegrityError, transaction

from returns.actions import limits
from returns.actions.outcomes import Refused
from returns.models import LedgerAccount
from tests.config.people import sign_in
from tests.returns.builders import ACCOUNTS, NOON

pytestmark = pytest.mark.django_db
OPPOSITE = [("stock", "stock_write_off"), ("stock_write_off", "stock"), ("hire_fleet", "depreciation"), ("disposal_loss", "hire_fleet")]


@pytest.mark.parametrize(("purpose", "other"), OPPOSITE)
def test_the_account_of_the_other_side_is_refused_in_words_and_nothing_changes(people, purpose, other):
    with pytest.raises(Refused, match="debits and credits one account books nothing") as refused:
        limits.set_account(purpose, code=ACCOUNTS[other], actor=people.manager, at=NOON)

    assert refused.value.field == "code"
    assert dict(LedgerAccount.objects.values_list("purpose", "code")) == ACCOUNTS


def test_two_debits_may_share_one(people):
    assert limits.set_account("disposal_loss", code=ACCOUNTS["depreciation"], actor=people.manager, at=NOON).code == "0051"


def test_the_page_says_it_at_the_field(people, settings):
    settings.SANDBOX = True

    answer = sign_in(people.manager).post("/settings/accounts/", {"purpose": "stock", "code": ACCOUNTS["stock_write_off"]})

    assert answer.status_code == 422
    assert "books nothing" in answer.content.decode()


@pytest.mark.parametrize(("purpose", "other"), OPPOSITE)
def test_the_database_refuses_it_whatever_the_code_does(people, purpose, other):
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerAccount.objects.filter(purpose=purpose).update(code=ACCOUNTS[other])
