"""The seeded story that `demo --once` tells: mirror → validate → hold → fix → release → read back.

The fixes are made by the named people through the same actions as the screens, with the answers that the sandbox's plan
gives to whoever asks the customer. Every number is counted at the end, in our database and in the sandbox's.
"""

import csv
import json
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from config import sweeping
from config.invariants import check_all
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from inventory import actions as goods
from inventory.sync import note_acs_skus
from orders import actions
from orders.actions.sending import KIND, still_differs
from orders.models import Order
from orders.states import OrderState
from partners import mappings
from partners.models import CodeMapping, Intent

Say = Callable[[str], None]
Answer = Mapping[str, Any]


def tell(sandbox_url: str, *, say: Say) -> dict[str, Any]:
    """Tell the story on a mirrored database and return its counts; `seconds` is how long it took."""
    began = time.monotonic()
    plan = ask(f"{sandbox_url}/_sandbox/plan")
    say("checking the orders; the good ones go to ACS")
    sweep()
    found, held_there = open_codes(), held_in_shop(sandbox_url)
    say(f"{len(found)} orders are held, {len(held_there)} in the shop: asking the customers and colleagues")
    for number, answer in plan["answers"].items():
        fix(number, answer)
    say("checking again and sending what has been put right")
    sweep()
    sweeping.once()
    shop = {"store": settings.STORE, "held": sorted(held_there), "still_held": sorted(held_in_shop(sandbox_url))}
    return count(plan, found, sandbox_url) | {"shop": shop, "seconds": round(time.monotonic() - began, 1)}


def is_as_planned(result: Mapping[str, Any]) -> list[str]:
    """What differs from the plan, in sentences; nothing when the story went as it should."""
    orders, plan, shop = result["orders"], result["plan"], result["shop"]
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


# --- fixes: what each answer makes which person do --------------------------------------------------------------------------


def fix(number: str, answer: Answer) -> None:
    """Put one order right with what the customer or a colleague says. Raises KeyError for an answer nobody knows to use."""
    order = Order.objects.get(number=number)
    at = timezone.now()
    how, who = next(FIXES[key] for key in FIXES if key in answer)
    how(order, answer, actor=person(who), at=at)


def person(username: str) -> User:
    return User.objects.get(username=username)


def _mobile(order: Order, answer: Answer, **by: Any) -> None:
    actions.correct_mobile(order, value=answer["mobile"], version=order.version, **by)


def _email(order: Order, answer: Answer, **by: Any) -> None:
    actions.correct_email(order, value=answer["email"], version=order.version, **by)


def _name(order: Order, answer: Answer, **by: Any) -> None:
    actions.correct_name(order, first_name=answer["first_name"], last_name=answer["last_name"], version=order.version, **by)


def _address(order: Order, answer: Answer, **by: Any) -> None:
    kept = {name: getattr(order, name) for name in ("address1", "address2", "city", "county", "postcode", "country")}
    actions.correct_address(order, version=order.version, **(kept | answer["address"]), **by)


def _locker(order: Order, answer: Answer, **by: Any) -> None:
    actions.change_locker(order, locker_id=answer["locker_id"], version=order.version, **by)


def _home(order: Order, answer: Answer, **by: Any) -> None:
    actions.convert_to_home(order, delivery_method=answer["convert_to_home"], version=order.version, **by)


def _dates(order: Order, answer: Answer, **by: Any) -> None:
    dispatch, deliver, event, back = (
        date.fromisoformat(answer["dates"][f"{what}_on"]) for what in ("dispatch", "deliver", "event", "return")
    )
    actions.correct_dates(order, dispatch_on=dispatch, deliver_on=deliver, event_on=event, return_on=back, version=order.version, **by)


def _customs(order: Order, answer: Answer, **by: Any) -> None:
    facts = answer["customs"]
    pence = int(Decimal(facts["value"]) * 100)
    actions.correct_customs(order, contents=facts["contents"], value_pence=pence, version=order.version, **by)


def _cancel(order: Order, answer: Answer, **by: Any) -> None:
    actions.cancel_order(order, reason="The customer ordered it twice", version=order.version, **by)


def _sizes(order: Order, answer: Answer, **by: Any) -> None:
    for sku, size in answer["sizes"].items():
        lengths = {f"{side}_mm": size[side] for side in ("length", "width", "height")}
        goods.set_size(sku, weight_g=size["weight"], **lengths, **by)


def _acs_setup(order: Order, answer: Answer, *, actor: User, at: Any) -> None:
    note_acs_skus(answer["acs_setup"], source="setup_list", at=at)


def _method(order: Order, answer: Answer, *, actor: User, at: Any) -> None:
    for raw, means in answer["delivery_method"].items():
        mapping = mappings.add("acs", CodeMapping.Kind.DELIVERY_METHOD, raw, at=at)
        flags = {"agent": means["agent"], "destination": means["destination"]}
        if mapping.target != means["service"]:
            mappings.set_target(mapping, target=means["service"], flags=flags, actor=actor, at=at, version=mapping.version)


FIXES: dict[str, tuple[Callable[..., None], str]] = {
    "mobile": (_mobile, "cx"),
    "email": (_email, "cx"),
    "first_name": (_name, "cx"),
    "address": (_address, "cx"),
    "locker_id": (_locker, "cx"),
    "convert_to_home": (_home, "cx"),
    "dates": (_dates, "cx"),
    "customs": (_customs, "merchandiser"),
    "cancel": (_cancel, "cx"),
    "sizes": (_sizes, "merchandiser"),
    "acs_setup": (_acs_setup, "merchandiser"),
    "delivery_method": (_method, "integration"),
}


# --- counting ---------------------------------------------------------------------------------------------------------------


def count(plan: Mapping[str, Any], found: Mapping[str, list[str]], sandbox_url: str) -> dict[str, Any]:
    """The story's numbers. `misjudged` names the orders whose codes are not the planned one: missed or false."""
    there = ask(f"{sandbox_url}/_sandbox/acs/orders")["orders"]
    released = Order.objects.filter(state=OrderState.RELEASED)
    planned = {number: [code] for number, code in plan["faults"].items()}
    checked = check_all(at=timezone.now())
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
        "invariants": {"checked": len(checked), "broken": sum(1 for result in checked if result.breaches)},
        "plan": plan,
    }


def read_back_equal() -> int:
    """Ask ACS for every released order once more, and compare with what we sent."""
    released = Order.objects.filter(state=OrderState.RELEASED).values("number")
    sent = Intent.objects.filter(kind=KIND, state=Intent.State.DONE, business_id__in=released)
    latest = {intent.business_id: intent for intent in sent.order_by("revision")}
    return sum(1 for intent in latest.values() if not still_differs(intent))


def held_in_shop(sandbox_url: str) -> set[str]:
    """The orders that bear our hold where their shop's own staff look."""
    if settings.STORE == "shopify":
        orders = ask(f"{sandbox_url}/_sandbox/shopify/state")["orders"]
        return {number for number, order in orders.items() if any(hold["handle"].startswith("lockstep-") for hold in order["holds"])}
    with (Path(settings.STORE_FOLDER) / "out" / "holds.csv").open(newline="") as rows:
        return {row["order"] for row in csv.DictReader(rows) if not row["released_at"]}


def ask(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - the sandbox on our own machine
        facts: dict[str, Any] = json.load(answer)
    return facts
