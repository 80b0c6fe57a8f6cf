"""Everything the page of one order shows."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.catalogue.kinds import named
from exceptions_queue.models import ExceptionCase, Hold
from exceptions_queue.queries import words
from exceptions_queue.states import CaseState
from inventory.models import Product
from lockers.models import Parcel, Point
from orders.models import GateDecision, Order
from orders.rules import edits, masking
from orders.rules.stage import Possible, Stage, stage, what_can_still_be_done, why_not_elsewhere
from orders.states import BEFORE_RELEASE, Destination, OrderState
from partners.models import Intent

CONTACT = ("name", "mobile", "email", "address")
CHECKS = (
    ("Mobile can receive a locker code", ("VAL-MOB-MISSING", "VAL-MOB-FORMAT")),
    ("E-mail, first and last name", ("VAL-EMAIL", "VAL-NAME")),
    ("Address and postcode", ("VAL-ADDR",)),
    ("Locker is known, open and has the size", ("VAL-LOCKER-MISSING", "VAL-LOCKER-UNKNOWN", "LOC-CLOSED", "LOC-SIZE")),
    ("Everything fits one compartment", ("VAL-DIM-MISSING", "VAL-OVERSIZE")),
    ("Delivery method has an ACS service", ("VAL-SERVICE-MAP",)),
    ("ACS knows every product", ("VAL-SKU-UNKNOWN",)),
    ("Not ordered twice", ("VAL-DUPLICATE",)),
    ("Hire dates can be met", ("VAL-DATES",)),
    ("Customs facts", ("VAL-CUSTOMS",)),
)


FOR_LOCKERS = frozenset(label for label, _ in CHECKS[:2] + CHECKS[3:5])


class Fact(NamedTuple):
    """A contact fact in use, and what the shop says where that differs."""

    name: str
    value: str
    shop: str


class Check(NamedTuple):
    """One check of the gate: passed, failed, or none of this order's business ("home")."""

    label: str
    passed: bool
    why: str
    code: str = ""
    applies: bool = True


def stage_of(order: Order, cases: list[ExceptionCase], holds: list[Hold], parcel: Parcel | None = None) -> Stage:
    """Where it is; `parcel` is its live one."""
    stopped = [case for case in cases if "R" in case.blocks]
    cleared = sum(case.state != CaseState.OPEN for case in stopped) + sum(hold.cleared_at is not None for hold in holds)
    return stage(
        order.state,
        order.acs_status,
        parcel=parcel.state if parcel else "",
        carriage=parcel.carriage if parcel else "",
        claimed=bool(order.release_claimed_at),
        excluded=bool(order.excluded_why),
        held=len(stopped) + len(holds),
        cleared=cleared,
    )


def cases_of(order: Order) -> list[ExceptionCase]:
    """Every case this order ever had, open ones first, most urgent first."""
    cases = ExceptionCase.objects.filter(**_about(order)).select_related("assignee")
    return sorted(cases, key=lambda case: (case.state != CaseState.OPEN, case.due_at))


def every_hold(order: Order) -> QuerySet[Hold]:
    """Every hold this order ever had, and no other subject's that happens to have its id."""
    return Hold.objects.filter(**_about(order))


def holds_of(order: Order) -> list[Hold]:
    return list(every_hold(order).select_related("placed_by").order_by("placed_at"))


def shown_cases(cases: list[ExceptionCase]) -> list[dict[str, Any]]:
    """Open cases with their sentence, what to do and where."""
    return [
        {
            "sentence": sentence(case.code, case.evidence),
            "do": CATALOGUE[case.code].what_to_do,
            "code": case.code,
            "owner": case.get_owner_display(),
            "assignee": case.assignee.get_username() if case.assignee else "",
            "url": reverse("queue:case", kwargs={"pk": case.pk}),
            "blocks": "R" in case.blocks,
            "stops": "Stops the release" if "R" in case.blocks else "Stops the manifest" if "M" in case.blocks else "To look at",
        }
        for case in cases
        if case.state == CaseState.OPEN
    ]


def contact(order: Order, *, unmasked: bool) -> list[Fact]:
    """The contact facts in use beside the shop's, masked unless this person may see them."""
    used = _contact({name: getattr(order, name) for name in _USED}, unmasked)
    shop = _contact({name: order.shop.get(name, getattr(order, name)) for name in _USED}, unmasked)
    differs = {name: used_value != shop_value for (name, used_value), (_, shop_value) in zip(used, shop, strict=True)}
    return [Fact(name, value, dict(shop)[name] if differs[name] else "") for name, value in used]


_USED = ("first_name", "last_name", "mobile", "email", "address1", "address2", "city", "county", "postcode", "country")


def _contact(of: Mapping[str, str], unmasked: bool) -> list[tuple[str, str]]:
    if unmasked:
        parts = (of["address1"], of["address2"], of["city"], of["county"], of["postcode"], of["country"])
        values = (f"{of['first_name']} {of['last_name']}".strip(), of["mobile"], of["email"], ", ".join(filter(None, parts)))
    else:
        values = (
            masking.mask_name(of["first_name"], of["last_name"]),
            masking.mask_mobile(of["mobile"]),
            masking.mask_email(of["email"]),
            masking.mask_address(of["address1"], of["city"], of["postcode"]),
        )
    return list(zip(("Name", "Mobile", "E-mail", "Address"), values, strict=True))


def lines_of(order: Order) -> list[dict[str, Any]]:
    """Each line with the size the product master knows. Two statements."""
    lines = list(order.lines.order_by("id"))
    known = {product.sku: product for product in Product.objects.filter(sku__in=[line.sku for line in lines])}
    return [{"line": line, "size": _size(known.get(line.sku)), "price": words.pounds(line.unit_price_pence)} for line in lines]


def _size(product: Product | None) -> str:
    if product is None or not (product.length_mm and product.width_mm and product.height_mm and product.weight_g):
        return ""
    kind = "rigid" if product.rigid else "soft"
    return f"{product.length_mm} × {product.width_mm} × {product.height_mm} mm, {product.weight_g:,} g, {kind}"


def packed_of(order: Order) -> str:
    """What ACS packed: "380 × 300 × 75 mm, 1,240 g", as far as it says; "" where it says nothing."""
    packed = order.acs_packed
    sides = [str(packed[name]) for name in ("length_mm", "width_mm", "height_mm") if packed.get(name)]
    weight = f"{packed['weight_g']:,} g" if packed.get("weight_g") else ""
    return ", ".join(filter(None, [f"{' × '.join(sides)} mm" if sides else "", weight]))


def checks_of(decision: GateDecision | None) -> list[Check]:
    """The last decision of the gate, check by check. What only a locker needs does not apply to a home delivery."""
    if decision is None:
        return []
    home = decision.inputs.get("destination") == Destination.HOME
    return [_check(label, codes, decision.findings, applies=not (home and label in FOR_LOCKERS)) for label, codes in CHECKS]


def _check(label: str, codes: tuple[str, ...], findings: Mapping[str, Any], *, applies: bool) -> Check:
    failed = next((code for code in codes if code in findings), "")
    return Check(label, not failed, sentence(failed, findings[failed]) if failed else "", failed, applies or bool(failed))


def lines_in_shop(order: Order) -> list[dict[str, Any]]:
    """The shop's lines, where they are no longer those that ACS was told of."""
    if edits.LINES not in edits.edited(order.number, order.shop, order.shop_when_sent):
        return []
    return [{"sku": line["sku"], "name": line["name"], "quantity": line["quantity"]} for line in order.shop[edits.LINES]]


def changed_in_shop(order: Order) -> list[str]:
    """What the shop says otherwise than ACS was told, in words; never the values."""
    return list(edits.names_of(edits.edited(order.number, order.shop, order.shop_when_sent)))


def what_the_shop_did(order: Order) -> str:
    """In a sentence, "" where it says the same as ACS was told."""
    if order.store_cancelled_at:
        return "The shop cancelled this order after ACS had it."
    changed = changed_in_shop(order)
    return f"The shop changed {named(changed)} after ACS had the order." if changed else ""


def possible_with(order: Order, parcel: Parcel | None = None) -> list[Possible]:
    """What can still be done with it, and where not, why."""
    differs = order.store_cancelled_at is not None or bool(changed_in_shop(order))
    return what_can_still_be_done(
        order.state,
        claimed=bool(order.release_claimed_at),
        acs_status=order.acs_status,
        since=local(order.acs_status_since),
        released=local(order.released_at),
        edited=differs,
        elsewhere=_why_not_elsewhere(order, parcel),
        at_inpost=f"handed over to InPost {local(parcel.handed_over_at)}" if parcel and parcel.handed_over_at else "",
    )


def _why_not_elsewhere(order: Order, parcel: Parcel | None) -> str | None:
    """Why its live parcel can no longer go to another locker; None where it goes to a door or is not released."""
    if order.state != OrderState.RELEASED or order.destination != Destination.LOCKER:
        return None
    state, taken = (parcel.state, local(parcel.handed_over_at)) if parcel else ("", "")
    return why_not_elsewhere(order.acs_status, local(order.acs_status_since), parcel=state, taken=taken)


def can_wait(order: Order, lines: list[dict[str, Any]]) -> list[Possible]:
    """Before release, a locker order of several lines may wait for one of them; of one line nothing would be there to wait with."""
    ours = order.state in BEFORE_RELEASE and order.release_claimed_at is None and order.destination == Destination.LOCKER
    several = sum(entry["line"].quantity > 0 for entry in lines) > 1
    return [Possible("Wait until it is whole", True, "", "wait-whole", "consolidate_order")] if ours and several else []


def acts_for(possible: Iterable[Possible], number: str, may: Callable[[str], bool]) -> list[dict[str, str]]:
    """The acts that are possible now and this person may do, each with its address."""
    return [
        {"name": entry.name, "act": entry.act, "url": reverse(f"orders:{entry.name}", kwargs={"number": number})}
        for entry in possible
        if entry.allowed and may(f"orders.{entry.permission}")
    ]


def refused(possible: Iterable[Possible]) -> list[tuple[str, str]]:
    """Each reason once, with the acts that it forbids: ("Too late: picked 14:02 on 9 June.", "hold, cancel")."""
    by_reason: dict[str, list[str]] = {}
    for entry in possible:
        if not entry.allowed:
            by_reason.setdefault(entry.why, []).append(entry.act[0].lower() + entry.act[1:])
    return [(why, ", ".join(acts)) for why, acts in by_reason.items()]


def local(instant: datetime | None) -> str:
    return timezone.localtime(instant).strftime("%H:%M on %-d %B") if instant else ""


def locker_of(order: Order) -> Point | None:
    return Point.objects.filter(point_id=order.locker_id).first() if order.locker_id else None


def sendings_of(order: Order, now: datetime) -> list[dict[str, Any]]:
    """What we asked of ACS and how it ended, newest first."""
    intents = Intent.objects.filter(kind="acs_release", business_id=order.number).order_by("-revision")[:10]
    return [
        {
            "what": _asked(intent),
            "state": intent.get_state_display(),
            "tone": _TONES.get(intent.state, "info"),
            "when": words.moment(intent.ended_at or intent.created_at, now),
            "full": words.full(intent.ended_at or intent.created_at),
            "error": intent.error,
            "attempts": intent.attempts,
            "already": intent.receipt.get("already", False),
        }
        for intent in intents
    ]


def _asked(intent: Intent) -> str:
    if intent.payload.get("recall"):
        return "Recall"
    if intent.payload.get("elsewhere"):
        return "Change of the locker"
    return "Change" if intent.payload.get("take") else "Release"


_TONES = {"done": "ok", "dead": "bad", "unknown": "warn", "cancelled": "quiet"}


def _about(order: Order) -> dict[str, Any]:
    return {"subject_type": ContentType.objects.get_for_model(Order), "subject_id": order.pk}
