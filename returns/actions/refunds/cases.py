"""REF-DUE opens and closes as the facts are."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from returns.actions.cases import address_of
from returns.models import Refund, ReturnItem
from returns.queries.refunds.sold import verdicts_of
from returns.rules.refunding import ASKED, Sale, Verdict
from returns.states import REFUND_WAITS, RefundState

SCOPE = frozenset({Code.REF_DUE})
DAYS = timedelta(days=3)
PATIENCE = timedelta(minutes=5)  # a look-up comes a minute after; what that settles deserves no case


def reconcile(
    items: Collection[ReturnItem], refunds: Mapping[int, Refund], verdicts: Mapping[int, tuple[Sale, Verdict]], *, at: datetime
) -> None:
    """Make the cases of these garments equal what waits for a person. The garments are locked by the caller."""
    findings = [_finding(item, refunds.get(item.pk), verdicts[item.pk][1], at) for item in items]
    desk.reconcile_many(ReturnItem, findings, scope=SCOPE, at=at)


def look(item_ids: Collection[int], *, at: datetime) -> None:
    """The same for garments by their ids, which this locks. In the caller's transaction; a handful of statements."""
    if not item_ids:
        return
    rows = ReturnItem.objects.filter(pk__in=list(item_ids)).select_for_update(of=("self",)).select_related("ret__order", "grade")
    items = list(rows.order_by("pk"))
    refunds = {one.item_id: one for one in Refund.objects.filter(item__in=items)}
    reconcile(items, refunds, verdicts_of(items, at=at), at=at)


def _finding(item: ReturnItem, refund: Refund | None, verdict: Verdict, at: datetime) -> desk.Finding:
    evidence = _evidence(refund, verdict, at)
    told = {"field": "refund", "fault": evidence, "return": item.ret.acs_id, "garment": item.rfid or item.sku or item.line_id}
    found: dict[str, dict[str, Any]] = {Code.REF_DUE: told} if evidence else {}
    return desk.Finding(item.pk, found, _card(item, refund))


def _evidence(refund: Refund | None, verdict: Verdict, at: datetime) -> str:
    """What waits, as a fault class; "" where nothing does."""
    if refund is None:
        return verdict.why.value if verdict.why in ASKED else ""
    if refund.state == RefundState.UNKNOWN:
        return "unknown" if (refund.decided_at or at) <= at - PATIENCE else ""
    return str(refund.state) if refund.state in REFUND_WAITS else ""


def _card(item: ReturnItem, refund: Refund | None) -> desk.Card:
    order = item.ret.order
    return desk.Card(
        label=f"Return {item.ret.acs_id}, garment {item.rfid or item.sku or item.line_id}",
        url=address_of(item.ret.acs_id),
        order_number=order.number if order else "",
        channel=order.channel if order else "",
        value_pence=refund.amount_pence if refund else 0,
        due_at=refund.proposed_at + DAYS if refund else None,
    )
