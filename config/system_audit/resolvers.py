"""Resolver rules that found nothing, although orders lack just what they look for."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse

from config.system_audit.gaps import Found, Row, delayed, listed, plural
from config.system_audit.look import Look
from orders.models import Order, ResolverRule
from orders.states import Destination

Fact = ResolverRule.Fact
NEWEST_ORDERS, LEAST_ORDERS = 2_000, 50
_COLUMNS = ("destination", "is_hire", "total_pence", "resolved_by", *Fact.values)
_OF_LOCKERS, _OF_HIRE = {Fact.LOCKER, Fact.MOBILE}, {Fact.EVENT_ON, Fact.RETURN_ON}


def missing(look: Look) -> Found:
    """Rules switched on, without a hit in the newest 2,000 orders of 30 days, of which some need and lack the fact. Two statements."""
    orders = list(Order.objects.filter(placed_at__gte=look.since).order_by("-placed_at", "-pk").values(*_COLUMNS)[:NEWEST_ORDERS])
    if len(orders) < LEAST_ORDERS:
        return Found()
    hits = Counter((fact, str(hit.get("rule", ""))) for order in orders for fact, hit in order["resolved_by"].items())
    lacking = Counter(fact for order in orders for fact in _lacks(order))
    rules = [rule for rule in ResolverRule.objects.filter(enabled=True) if lacking[rule.fact] and not hits[rule.fact, rule.name]]
    if not rules:
        return Found()
    short = [order for order in orders if {rule.fact for rule in rules} & set(_lacks(order))]
    return Found(
        count=len(rules),
        sentence=f"{plural(len(rules), 'resolver rule')} found nothing in {plural(len(orders), 'order')}, some of which lack the fact.",
        costs=(delayed(len(short), sum(order["total_pence"] for order in short)),),
        rows=listed([_row(rule, lacking[rule.fact]) for rule in rules]),
        url=reverse("orders:resolvers"),
    )


def _lacks(order: Mapping[str, Any]) -> Iterator[str]:
    """The facts that this order needs and does not have: a locker and a mobile for a locker, dates for hire."""
    needs = (_OF_LOCKERS if order["destination"] == Destination.LOCKER else set()) | (_OF_HIRE if order["is_hire"] else set())
    return (fact for fact in needs if not order[fact])


def _row(rule: ResolverRule, orders: int) -> Row:
    said = f"looks for the {rule.get_fact_display().lower()}, which {plural(orders, 'order lacks', 'orders lack')}"
    return Row(rule.name, reverse("orders:resolvers"), said)
