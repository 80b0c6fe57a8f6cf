"""What each answer of a customer or a colleague makes which person do, by the same actions as the screens."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from inventory import actions as goods
from inventory.sync import note_acs_skus
from orders import actions
from orders.models import Order
from partners import mappings
from partners.models import CodeMapping

Answer = Mapping[str, Any]


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
