"""Take the customer out of what came back. Write-offs, refunds and journals stay: they are the books, and name garments and sums."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from exceptions_queue.actions.erasing import take_out
from exceptions_queue.audit import Actor
from exceptions_queue.rules.erasing import Traces
from returns.models import Refund, ReturnItem


def erase(order_numbers: Collection[str], *, traces: Traces, at: datetime, actor: Actor) -> dict[str, int]:
    """Empty ACS's notes on what these orders sent back, and take the customer out of what people wrote of their refunds.

    Returns how many rows of each changed. Call it inside a transaction. `at` and `actor` are the roof's, which writes the one audit row.
    """
    numbers = list(order_numbers)
    of_theirs = Q(ret__order_number__in=numbers) | Q(ret__order__number__in=numbers)
    return {
        "return_notes": ReturnItem.objects.filter(of_theirs).exclude(note="").update(note=""),
        "refund_texts": take_out(Refund.objects.filter(order_number__in=numbers), ["reason", "proposed_why"], traces),
    }
