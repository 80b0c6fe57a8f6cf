"""Do it: let the cases about returns open and close as the facts are."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import NoReverseMatch, reverse

from exceptions_queue import actions as desk
from exceptions_queue.calendars import default_clock
from exceptions_queue.catalogue import Code
from orders.actions.sending import card_of
from orders.models import Order
from returns.models import Return
from returns.problems import returned as problems
from returns.problems.returned import Evidence, Found

ABOUT_RETURNS = frozenset({Code.RET_UNMATCHED, Code.RET_UNGRADED})
ABOUT_ORDERS = frozenset({Code.RET_OVERDUE})


def look_at_returns(*, at: datetime, only: Collection[int] | None = None) -> dict[str, int]:
    """Returns without an order, and those ungraded for too many working days of ACS's: of `only`, or of all. A handful of statements."""
    before = default_clock(at=at).working_days_before(settings.RETURN_GRADE_DAYS, at=at)
    found = {Code.RET_UNMATCHED: problems.unmatched(only), Code.RET_UNGRADED: problems.ungraded(before, only)}
    with transaction.atomic():
        ids = set(only) if only is not None else set(_with_case(Return, ABOUT_RETURNS)).union(*found.values())
        desk.reconcile_many(Return, [_finding(pk, found) for pk in sorted(ids)], scope=ABOUT_RETURNS, at=at)
    return {"unmatched": len(found[Code.RET_UNMATCHED]), "ungraded": len(found[Code.RET_UNGRADED])}


def look_at_overdue(*, at: datetime) -> int:
    """Hired garments that should be back and are not: a case on each order until all of them are scanned in. How many orders."""
    since, today = problems.known_since(), at.astimezone(problems.LONDON).date()
    found = problems.overdue(today - timedelta(days=settings.RETURN_GRACE_DAYS), since) if since else {}
    over = [pk for pk in _with_case(Order, ABOUT_ORDERS) if pk not in found]
    findings = [desk.Finding(pk, {Code.RET_OVERDUE: evidence}, card_of(order)) for pk, (order, evidence) in found.items()]
    findings += [desk.Finding(pk, {}, desk.Card(label="", url="")) for pk in over]
    with transaction.atomic():
        desk.reconcile_many(Order, findings, scope=ABOUT_ORDERS, at=at)
    return len(found)


def _finding(pk: int, found: Mapping[Code, Mapping[int, Found]]) -> desk.Finding:
    told = {code: named[pk] for code, named in found.items() if pk in named}
    evidence: dict[str, Evidence] = {code: each.evidence for code, each in told.items()}
    any_one = next(iter(told.values()), Found("", "", {}))
    card = desk.Card(label=f"Return {any_one.acs_id}", url=address_of(any_one.acs_id), order_number=any_one.order_number)
    return desk.Finding(pk, evidence, card)


def _with_case(model: type[Return | Order], codes: frozenset[Code]) -> list[int]:
    return list(desk.subjects_with_open_case(model, only=codes).values_list("subject_id", flat=True))


def address_of(acs_id: str) -> str:
    """The page of a return; "" for a number that no address can hold."""
    try:
        return reverse("returns:return", kwargs={"acs_id": acs_id}) if acs_id else ""
    except NoReverseMatch:
        return ""
