"""An order that ACS was sent and that is cancelled here: nobody reads it any more. Once a night ACS is asked whether it has stopped."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from orders.actions.reading import take_again
from orders.actions.sending import KIND
from orders.models import Order
from orders.rules.reconciling import LOOKED_BACK
from orders.states import OrderState
from partners import connect
from partners.acs.records import AcsOrder
from partners.errors import ABOUT_THE_LINE, PartnerError
from partners.models import Intent

MOST_ASKED = 200  # in one go; the others, longest unasked, at the next
ASKED_FOR = timedelta(seconds=45)


def ask_about_cancelled(*, clock: Callable[[], datetime]) -> int:
    """Ask ACS for every order cancelled here that it was sent in the last two weeks, and write its word. Returns how many it spoke of.

    At most 200 in 45 seconds, outside any transaction. Where ACS does not answer what was known stays, and nothing is guessed.
    """
    began, said = clock(), dict[int, AcsOrder | None]()
    for pk, number in _due(began):
        if clock() > began + ASKED_FOR:
            break
        try:
            said[pk] = connect.acs().get_order(number)
        except ABOUT_THE_LINE:
            break
        except PartnerError:  # of one order it says nothing that can be read: the others are asked for
            continue
    if said:
        take_again(said, at=clock())
    return len(said)


def cancelled_after_sending(*, at: datetime) -> QuerySet[Order]:
    """Orders cancelled here that left for ACS in the last two weeks, as far as we know."""
    sent = Intent.objects.filter(kind=KIND, business_id=OuterRef("number"), created_at__gt=at - LOOKED_BACK)
    return Order.objects.filter(Exists(sent.exclude(state=Intent.State.CANCELLED)), state=OrderState.CANCELLED)


def _due(at: datetime) -> list[tuple[int, str]]:
    oldest_first = cancelled_after_sending(at=at).order_by(F("acs_seen_at").asc(nulls_first=True), "pk")
    return list(oldest_first.values_list("pk", "number")[:MOST_ASKED])
