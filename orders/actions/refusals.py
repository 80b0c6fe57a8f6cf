"""Count the baskets that could not go to a locker, by the SKU that kept them out; forget the counts in time."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count as numbers

from django.conf import settings
from django.db import connection

from orders.models import CheckoutRefusal
from orders.rules.eligibility import Reason
from partners.retention import days

MOST = 20  # of one basket: the rest says nothing new
_seen = numbers()


def is_sampled() -> bool:
    """Every so many-th refused basket of this process, as ELIGIBILITY_SAMPLE says; none with 0."""
    every = int(settings.ELIGIBILITY_SAMPLE)
    return every > 0 and next(_seen) % every == 0


def count(reasons: Sequence[Reason], *, day: date, stands_for: int) -> None:
    """Add `stands_for` baskets to each reason's count of the day. One statement; rows in order, so that two never wait for each other."""
    rows = sorted(Counter((reason.sku, str(reason.code)) for reason in reasons))[:MOST]
    table = connection.ops.quote_name(CheckoutRefusal._meta.db_table)
    values = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (day, sku, code, carts) VALUES {values} "  # noqa: S608 - our own names
            f"ON CONFLICT (day, sku, code) DO UPDATE SET carts = {table}.carts + excluded.carts",
            [value for sku, code in rows for value in (day, sku, code, stands_for)],
        )


def purge(*, today: date) -> int:
    """Delete the counts of days longer ago than they are kept; return how many."""
    return CheckoutRefusal.objects.filter(day__lt=today - timedelta(days=days("refusals"))).delete()[0]
