"""A person and the clock match one return at the same moment: the person's word stays."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from returns.actions.matching import match, match_by_hand
from returns.models import Return
from tests.orders.builders import make_order
from tests.postgres import until_another_waits
from tests.returns.telling import MONDAY, make_return


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_a_person_says_is_not_overwritten_by_the_clock(race):
    make_order(number="LS-1")
    by_hand = make_order(number="LS-2")
    make_return("R-1", order_number="LS-1")
    priya, said = User.objects.create_user("priya"), threading.Event()

    def person() -> None:
        with transaction.atomic():
            match_by_hand("R-1", "LS-2", actor=priya, at=MONDAY)
            said.set()
            until_another_waits()

    def clock() -> None:
        said.wait(30)
        with transaction.atomic():
            match()

    assert race(lambda act: act(), [person, clock]) == ["ok", "ok"]
    assert Return.objects.get().order == by_hand
