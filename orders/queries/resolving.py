"""Which resolver rule found what in the latest orders."""

from collections import Counter
from typing import NamedTuple

from orders.models import Order, ResolverRule

LATEST = 100


class Hits(NamedTuple):
    """How often one rule found its fact in the latest orders."""

    fact: str
    rule: str
    times: int


def hits_of_last_orders() -> list[Hits]:
    """One statement."""
    latest = Order.objects.order_by("-placed_at", "-id").values_list("resolved_by", flat=True)[:LATEST]
    counted = Counter((fact, hit["rule"]) for resolved in latest for fact, hit in resolved.items())
    labels = dict(ResolverRule.Fact.choices)
    return [Hits(labels.get(fact, fact), rule, times) for (fact, rule), times in sorted(counted.items())]
