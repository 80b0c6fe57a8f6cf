"""How long garments usually take until they are ready."""

from collections.abc import Collection
from datetime import timedelta

from inventory.models import StateTime
from inventory.rules.whynot import Usual

ENOUGH = 20  # fewer of a category say less than all goods together


def usual_of(targets: Collection[str], category: str) -> dict[str, Usual]:
    """{item state: how long it usually takes} for a category; of all goods where the category has been seen too seldom. One statement."""
    rows = StateTime.objects.filter(target__in=set(targets), category__in={"", category}, observations__gte=ENOUGH).order_by("category")
    return {row.target: Usual(timedelta(hours=row.p50_h), timedelta(hours=row.p80_h)) for row in rows}
