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
LACKED_BY = 0.05  # of the orders that need a fact: of fewer, it is the customer who left it out
_COLUMNS = ("destination", "is_hire", "total_pence", "resolved_by", *Fact.values)
_OF_LOCKERS, _OF_HIRE = {Fact.LOCKER, Fact.MOBILE}, {Fact.EVENT_ON, Fact.RETURN_ON}


def missing(look: Look) -> Found:
    """Rules switched on, without a hit in the newest 2,000 orders of 30 days, where one in twenty lacks the fact. Two statements."""
    orders = list(Order.objects.filter(placed_at__gte=look.since).order_by("-placed_at", "-pk").values(*_COLUMNS)[:NEWEST_ORDERS])
    if len(orders) < LEAST_ORDERS:
        return Found()
    hits = Counter((fact, str(hit.get("rule", ""))) for order in orders for fact, hit in order["resolved_by"].items())
    needed = Counter(fact for order in orders for fact in _needs(order))
    lacking = Counter(fact for order in orders for fact in _lacks(order))
    wanted = {fact for fact, times in lacking.items() if times >= LACKED_BY * needed[fact]}
    rules = [rule for rule in ResolverRule.objects.filter(enabled=True, fact__in=wanted) if not hits[rule.fact, rule.name]]
    if not rules:
        return Found()
    short = [order for order in orders if {rule.fact for rule in rules} & set(_lacks(order))]
    return Found(
        count=len(rules),
        sentence=f"{plural(len(rules), 'resolver rule')} found nothing in {plural(len(orders), 'order')}, some of which lack the fact.",
        costs=(delayed(len(short), sum(order["total_pence"] for order in short)),),
        rows=listed([_row(rule, lacking[Fact(rule.fact)]) for rule in rules]),
        url=reverse("orders:resolvers"),
    )


def _needs(order: Mapping[str, Any]) -> set[Fact]:
    """The facts that this order cannot do without: a locker and a mobile for a locker, dates for hire."""
    return (_OF_LOCKERS if order["destination"] == Destination.LOCKER else set()) | (_OF_HIRE if order["is_hire"] else set())


def _lacks(order: Mapping[str, Any]) -> Iterator[Fact]:
    return (fact for fact in _needs(order) if not order[fact])


def _row(rule: ResolverRule, orders: int) -> Row:
    said = f"looks for the {rule.get_fact_display().lower()}, which {plural(orders, 'order lacks', 'orders lack')}"
    return Row(rule.name, reverse("orders:resolvers"), said)
