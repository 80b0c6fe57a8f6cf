"""How often a kind of exception came up in the last thirty days, how it ended, and how long that took."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import words
from exceptions_queue.states import CaseState

DAYS = 30
_WAITED = ExpressionWrapper(F("waited_s") * Value(timedelta(seconds=1)), output_field=DurationField())
TOOK = ExpressionWrapper(F("closed_at") - F("opened_at") - _WAITED, output_field=DurationField())


@dataclass(frozen=True)
class Lately:
    """Counts of the last thirty days, today among them. `half` is the time that half of those closed did not exceed, in words."""

    opened: int
    closed: int
    cured: int
    half: str
    closed_url: str


def lately(code: str, *, at: datetime) -> Lately:
    """Three statements at the most: what is closed, what is still open, and the one in the middle.

    The time to fix leaves out what the case waited for the customer.
    """
    since = words.midnight(at) - timedelta(days=DAYS - 1)
    of_code = ExceptionCase.objects.filter(code=code)
    closed = of_code.filter(~Q(state=CaseState.OPEN), closed_at__gte=since)
    cured = Count("pk", filter=Q(state=CaseState.CURED))
    counted = closed.aggregate(closed=Count("pk"), opened=Count("pk", filter=Q(opened_at__gte=since)), cured=cured)
    still_open = of_code.filter(state=CaseState.OPEN, opened_at__gte=since).count()
    asked = {"code": code, "state": "closed", "closed_from": timezone.localdate(since).isoformat()}
    return Lately(
        opened=counted["opened"] + still_open,
        closed=counted["closed"],
        cured=counted["cured"],
        half=_half(closed, counted["closed"]),
        closed_url=f"{reverse('queue:list')}?{urlencode(asked)}",
    )


def _half(closed: QuerySet[ExceptionCase], count: int) -> str:
    """The time of the case in the middle, by the nearest rank; "" where none was closed."""
    took = closed.annotate(took=TOOK).order_by("took", "pk").values_list("took", flat=True)
    middle = list(took[(count - 1) // 2 :][:1]) if count else []
    return words.span(max(middle[0], timedelta())) if middle else ""
