"""Money back in the shop: read what stands and what may go back, give it once under our key, and read it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from partners.errors import PartnerError, RecordError, Rejected, Retry, UnknownOutcome, Unreadable
from partners.shop import RefundDoc, RefundDraft
from partners.shopify import documents
from partners.shopify.graphql import PARTNER, NoSuchThing, Shopify
from partners.shopify.holds import gid_of
from partners.values import clean_text, pence_at

MOST = 100  # refunds of one order that are read; as many as that prove nothing of one that is not among them
LONGEST_NOTE = 500
STERLING = "GBP"


class _Part(NamedTuple):
    """One payment of the order, and how much may go back by it."""

    parent: str
    gateway: str
    pence: int


class Refunds:
    """The money that one shop gave back."""

    def __init__(self, shop: Shopify) -> None:
        self._shop = shop

    def find(self, key: str, *, store_id: str) -> RefundDoc | None:
        """The order's refund whose note ends in this key."""
        return _standing(self._read(documents.REFUNDED, store_id), key)

    def give(self, draft: RefundDraft, *, idempotency_key: str) -> RefundDoc:
        """What stands is success. A refusal is believed only where no refund by our key stands: the answer may be that of a second try."""
        line = {"lineItemId": f"gid://shopify/LineItem/{draft.line_id}", "quantity": 1, "restockType": "NO_RESTOCK"}
        order = self._read(documents.REFUNDABLE, draft.store_id, lines=[line])
        if standing := _standing(order, draft.key):
            return standing
        refund = _input(order, draft, line)
        try:
            self._shop.change(documents.REFUND, own_right=True, refund=refund, key=idempotency_key)
        except Rejected:
            if made := self._made(draft):
                return made
            raise
        if made := self._made(draft):
            return made
        raise UnknownOutcome(PARTNER, "The shop took the refund and does not show it.")

    def _made(self, draft: RefundDraft) -> RefundDoc | None:
        with _unknown_from_here():
            return self.find(draft.key, store_id=draft.store_id)

    def _read(self, document: str, store_id: str, **variables: Any) -> dict[str, Any]:
        gid = gid_of(store_id)
        if gid is None:
            raise Rejected(PARTNER, "This order did not come from Shopify: it has no id of Shopify's.")
        try:
            order = self._shop.read(document, own_right=True, id=gid, **variables).get("order")
        except NoSuchThing:
            order = None
        if not isinstance(order, dict):
            raise Rejected(PARTNER, "The shop does not have this order, or does not show it to us.")
        return order


@contextmanager
def _unknown_from_here() -> Iterator[None]:
    """Money may have gone back by now: whatever keeps us from seeing it leaves the outcome unknown."""
    try:
        yield
    except PartnerError as error:
        if error.retry == Retry.LOOK_UP:
            raise
        raise UnknownOutcome(error.partner, error.sentence, request_id=error.request_id, status=error.status) from error


def _standing(order: dict[str, Any], key: str) -> RefundDoc | None:
    listed = order.get("refunds")
    if not isinstance(listed, list) or not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in listed):
        raise Unreadable(PARTNER, "The order's refunds cannot be read.")
    for one in listed:
        if str(one.get("note") or "").split()[-1:] == [key]:
            return RefundDoc(one["id"].rpartition("/")[2], key, _pence(one.get("totalRefundedSet")))
    if len(listed) >= MOST:
        raise Unreadable(PARTNER, f"The order has {MOST} refunds or more, so nobody can tell whether ours is among them.")
    return None


def _input(order: dict[str, Any], draft: RefundDraft, line: dict[str, Any]) -> dict[str, Any]:
    """The refund of exactly what was approved. Raises Rejected where the shop would give back less for the line."""
    if {order.get("currencyCode"), order.get("presentmentCurrencyCode")} != {STERLING}:
        raise Rejected(PARTNER, "The order was paid in another currency than pounds, so its refund is for a person, in the shop.")
    order_id, suggested = order["id"], order.get("suggestedRefund")
    most = _pence(suggested.get("amountSet")) if isinstance(suggested, dict) else 0
    if most < draft.amount_pence:
        raise Rejected(PARTNER, f"The shop would give back {_pounds(most)} for it, and {_pounds(draft.amount_pence)} was approved.")
    transactions = [
        {"orderId": order_id, "parentId": part.parent, "gateway": part.gateway, "kind": "REFUND", "amount": _amount(part.pence)}
        for part in _parts(suggested, draft.amount_pence)
    ]
    note = f"{clean_text(draft.note.removesuffix(draft.key), limit=LONGEST_NOTE).text.strip()} {draft.key}".strip()
    told = {"orderId": order_id, "note": note, "notify": True, "refundLineItems": [line], "transactions": transactions}
    return told | {"currency": STERLING}


def _parts(suggested: Any, pence: int) -> list[_Part]:
    """The payments by which it goes back, in the shop's order, each as far as it reaches. Raises Rejected where they do not suffice."""
    listed = suggested.get("suggestedTransactions") if isinstance(suggested, dict) else None
    found, left = list[_Part](), pence
    for one in listed if isinstance(listed, list) else []:
        part = _part(one)
        if part.parent and (some := min(left, part.pence)) > 0:
            found.append(part._replace(pence=some))
            left -= some
    if left:
        raise Rejected(PARTNER, "The shop names no payment by which all of it could go back. Give the rest back in the shop.")
    return found


def _part(one: Any) -> _Part:
    if not isinstance(one, dict):
        raise Unreadable(PARTNER, "The order's payments cannot be read.")
    parent = one.get("parentTransaction")
    return _Part(
        str(parent.get("id") or "") if isinstance(parent, dict) else "", str(one.get("gateway") or ""), _pence(one.get("amountSet"))
    )


def _pence(bag: Any) -> int:
    money = bag.get("shopMoney") if isinstance(bag, dict) else None
    if not isinstance(money, dict):
        raise Unreadable(PARTNER, "An amount of money cannot be read.")
    try:
        return pence_at(money.get("amount"), "$.shopMoney.amount")
    except RecordError as wrong:
        raise Unreadable(PARTNER, "An amount of money cannot be read.") from wrong


def _amount(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


def _pounds(pence: int) -> str:
    return f"£{_amount(pence)}"
