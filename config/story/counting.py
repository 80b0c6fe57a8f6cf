"""The story's numbers, counted at the end in our database and in the sandbox's."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from config.invariants import check_all
from config.story.partners import ask
from orders.actions.sending import KIND, still_differs
from orders.models import Order
from orders.states import OrderState
from partners.models import Intent


def count_orders(plan: Mapping[str, Any], found: Mapping[str, list[str]], sandbox_url: str) -> dict[str, Any]:
    """The story's numbers. `misjudged` names the orders whose codes are not the planned one: missed or false."""
    there = ask(f"{sandbox_url}/_sandbox/acs/orders")["orders"]
    released = Order.objects.filter(state=OrderState.RELEASED)
    planned = {number: [code] for number, code in plan["faults"].items()}
    return {
        "orders": {
            "mirrored": Order.objects.count(),
            "held": dict(sorted(Counter(code for codes in found.values() for code in codes).items())),
            "fixed": Order.objects.filter(number__in=found, state__in=(OrderState.RELEASED, OrderState.CANCELLED)).count(),
            "released": released.count(),
            "read_back_equal": read_back_equal(),
            "at_acs": len(there),
            "at_acs_twice": sum(1 for order in there if order["creations"] > 1 or order["puts"] > 1),
        },
        "misjudged": sorted(n for n in planned.keys() | found.keys() if planned.get(n) != list(found.get(n, []))),
    }


def invariants() -> dict[str, int]:
    checked = check_all(at=timezone.now())
    return {"checked": len(checked), "broken": sum(1 for result in checked if result.breaches)}


def read_back_equal() -> int:
    """Ask ACS for every released order once more, and compare with what we sent."""
    released = Order.objects.filter(state=OrderState.RELEASED).values("number")
    sent = Intent.objects.filter(kind=KIND, state=Intent.State.DONE, business_id__in=released)
    latest = {intent.business_id: intent for intent in sent.order_by("revision")}
    return sum(1 for intent in latest.values() if not still_differs(intent))
