"""Do it: remember which products the cases about size were about, so that a merchandiser sees what each costs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from inventory.actions import note_size_cases
from inventory.models import SizeCase
from orders.models import OrderLine

ABOUT_SIZE = (Code.VAL_DIM_MISSING, Code.VAL_OVERSIZE, Code.TRK_OVERSIZE, Code.DIM_VARIANCE)
KEPT = timedelta(days=31)
AT_ONCE = 2_000


def note_causes(*, at: datetime) -> int:
    """Note the SKUs of each new case about size: those that its evidence names, else all of its order. Returns how many rows.

    Three statements, and a write for each 500 rows. A case counts as it was when it was first looked at.
    """
    new = ExceptionCase.objects.filter(code__in=ABOUT_SIZE, opened_at__gt=at - KEPT).exclude(order_number="")
    new = new.exclude(pk__in=SizeCase.objects.values("case_id")).order_by("pk")[:AT_ONCE]
    cases = list(new.values_list("pk", "code", "opened_at", "evidence", "order_number"))
    lines: dict[str, set[str]] = {}
    for number, sku in OrderLine.objects.filter(order__number__in={case[4] for case in cases}).values_list("order__number", "sku"):
        lines.setdefault(number, set()).add(sku)
    found = [(sku, pk, code, opened) for pk, code, opened, evidence, number in cases for sku in _skus(evidence, lines.get(number, ()))]
    with transaction.atomic():
        note_size_cases(found, at=at)
    return len(found)


def _skus(evidence: object, of_order: Iterable[str]) -> set[str]:
    named = evidence.get("skus") if isinstance(evidence, dict) else None
    return {str(sku) for sku in named} if isinstance(named, list) and named else set(of_order)
