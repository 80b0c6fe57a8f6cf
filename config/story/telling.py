"""The seeded story that `demo --once` tells: mirror → validate → hold → fix → release → read back →
label → manifest → track → collect, what may be sold, and what is written off.

The fixes are made by the named people through the same actions as the screens, with the answers that the sandbox's plan
gives to whoever asks the customer. Every number is counted at the end, in our database and in the sandbox's.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType

from config import sweeping
from config.story import parcels, stock, write_offs
from config.story.counting import count_orders, invariants
from config.story.fixes import fix
from config.story.partners import ask, held_in_shop, told
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from orders.models import Order
from orders.states import OrderState

Say = Callable[[str], None]


def tell(sandbox_url: str, *, say: Say) -> dict[str, Any]:
    """Tell the story on a mirrored database and return its counts; `seconds` is how long it took."""
    began = time.monotonic()
    plan = ask(f"{sandbox_url}/_sandbox/plan")
    stock.look()
    say("checking the orders; the good ones go to ACS")
    sweep()
    found, held_there = open_codes(), held_in_shop(sandbox_url)
    say(f"{len(found)} orders are held, {len(held_there)} in the shop: asking the customers and colleagues")
    for number, answer in plan["answers"].items():
        fix(number, answer)
    say("checking again and sending what has been put right")
    sweep()
    sweeping.once()
    shop: dict[str, Any] = {"store": settings.STORE, "held": sorted(held_there), "still_held": sorted(held_in_shop(sandbox_url))}
    orders = count_orders(plan, found, sandbox_url)
    parcels.carry(plan, sandbox_url, say=say)
    shop["told"] = told(sandbox_url)
    rehearsal = stock.learn_a_word(say=say)
    stock.tell_the_shop()
    write_offs.decide(plan, say=say)
    counted = {
        "parcels": parcels.count(sandbox_url),
        "stock": stock.count(sandbox_url),
        "rehearsal": rehearsal,
        "write_offs": write_offs.count(sandbox_url),
        "invariants": invariants(),
    }
    plan = {**plan, "stock": stock.planned(plan, sandbox_url)}
    return orders | counted | {"plan": plan, "shop": shop, "seconds": round(time.monotonic() - began, 1)}


def is_as_planned(result: Mapping[str, Any]) -> list[str]:
    """What differs from the plan, in sentences; nothing when the story went as it should."""
    orders, parcels, plan, shop = result["orders"], result["parcels"], result["plan"], result["shop"]
    wrong = [
        ("mirrored orders", orders["mirrored"], plan["orders"]["mirrored"]),
        ("orders held, by code", orders["held"], plan["orders"]["held"]),
        ("orders held that should not be, or not held that should", result["misjudged"], []),
        ("orders held in the shop", shop["held"], sorted(plan["faults"])),
        ("orders still held in the shop when all was put right", shop["still_held"], []),
        ("orders put right", orders["fixed"], sum(plan["orders"]["held"].values())),
        ("orders read back as sent", orders["read_back_equal"], orders["released"]),
        ("orders at ACS", orders["at_acs"], orders["released"]),
        ("orders at ACS twice", orders["at_acs_twice"], 0),
        *((f"parcels {what}", parcels[what], plan["parcels"][what]) for what in plan["parcels"]),
        ("orders with two live labels", parcels["live_labels_twice"], 0),
        ("orders whose customer the shop wrote to, each once", len(shop["told"]), parcels["tracking_pushed"]),
        ("orders whose customer the shop wrote to twice", sorted({one for one in shop["told"] if shop["told"].count(one) > 1}), []),
        *((f"stock {what}", result["stock"][what], should) for what, should in plan["stock"].items()),
        *((f"sellable {where} by the rehearsal", told["came"], told["foretold"]) for where, told in result["rehearsal"].items()),
        *((f"SKUs {where} otherwise than foretold", told["otherwise"], []) for where, told in result["rehearsal"].items()),
        *((f"write-offs {what}", result["write_offs"][what], should) for what, should in plan["write_offs"].items()),
        ("invariants broken", result["invariants"]["broken"], 0),
    ]
    return [f"{what}: {is_} instead of {should}" for what, is_, should in wrong if is_ != should]


def sweep() -> None:
    for _ in range(sweeping.MOST_ROUNDS):
        if not sweeping.did_something(sweeping.send()):
            return


def open_codes() -> dict[str, list[str]]:
    """The codes open on each order that is held now."""
    numbers = dict(Order.objects.filter(state=OrderState.HELD).values_list("pk", "number"))
    cases = ExceptionCase.objects.filter(state=CaseState.OPEN, subject_type=ContentType.objects.get_for_model(Order))
    found: dict[str, list[str]] = {}
    for pk, code in cases.filter(subject_id__in=numbers).order_by("code").values_list("subject_id", "code"):
        found.setdefault(numbers[pk], []).append(code)
    return found
