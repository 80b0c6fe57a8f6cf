"""What is said to the shop or the ledger about one refund: look by its key, give it once, and look again. Never inside a transaction."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from orders.models import Order
from partners import connect
from partners.errors import Conflict, PartnerError, Rejected, Retry, UnknownOutcome
from partners.failpoints import failpoint
from partners.ledger import CreditDoc, CreditDraft, DocStatus
from partners.outbox import Receipt
from partners.ports import Ledger
from partners.shop import RefundDraft
from returns.models import LedgerAccount, Refund
from returns.queries.grades import meaning
from returns.queries.periods import closed_to
from returns.rules import posting as rules

LEDGER, SHOP = "ledger", "store"
T = TypeVar("T")
CUSTOMER = "Shop customers"  # one contact for all of them: no customer's name goes into the books


def give(refund: Refund, *, op_key: str, today: date) -> Receipt:
    """Have it given, or find that it was. `op_key` is the same for the same approval. Raises Rejected, UnknownOutcome and every other."""
    return _by_shop(refund, op_key) if refund.kind == Refund.Kind.STORE_REFUND else _by_ledger(refund, op_key, today)


def look_up(refund: Refund) -> Receipt | None:
    """What became of one whose answer was lost; None where the shop or the ledger proves that nothing did."""
    if refund.kind == Refund.Kind.STORE_REFUND:
        doc = _asked(lambda: connect.store().find_refund(refund.key, store_id=_order(refund).store_id))
        return _receipt(doc.external_id, doc.amount_pence, already=True) if doc else None
    standing = _standing(connect.ledger(), refund)
    return _credited(standing, refund, already=True) if standing else None


def _by_shop(refund: Refund, op_key: str) -> Receipt:
    order = _order(refund)
    draft = RefundDraft(order.number, order.store_id, refund.line_id, refund.amount_pence, refund.key, f"{_what(refund)} {refund.key}")
    doc = connect.store().refund(draft, idempotency_key=op_key)
    failpoint("refunds.given")
    return _receipt(doc.external_id, doc.amount_pence)


def _by_ledger(refund: Refund, op_key: str, today: date) -> Receipt:
    ledger = connect.ledger()
    if standing := ledger.find_credit(refund.key):
        return _credited(standing, refund, already=True)
    draft = _credit(refund, _open_day(ledger, today))
    try:
        made = ledger.credit(draft, idempotency_key=op_key)
    except Conflict:
        raise
    except Rejected:
        if standing := _standing(ledger, refund):
            return _credited(standing, refund, already=True)
        raise
    failpoint("refunds.given")
    return _credited(_standing(ledger, refund) or made, refund)


def _credit(refund: Refund, on: date) -> CreditDraft:
    account = LedgerAccount.objects.filter(purpose=LedgerAccount.Purpose.REFUNDS).values_list("code", flat=True).first()
    if not account:
        said = (
            "No account is named for refunds and credit notes. A finance manager names one under Settings, Accounts; then approve it again."
        )
        raise Rejected(LEDGER, said, fields={"account": ["missing"]})
    return CreditDraft(
        key=refund.key,
        on=on,
        customer=CUSTOMER,
        description=f"Order {refund.order_number}. {_what(refund)}",
        amount_pence=refund.amount_pence,
        account=account,
    )


def _open_day(ledger: Ledger, today: date) -> date:
    """Today, or the first day that the books are open again."""
    books = ledger.books()
    if books.currency != rules.CURRENCY:
        raise Rejected(LEDGER, f"The books are kept in {books.currency}, not in {rules.CURRENCY}.", fields={"currency": ["other"]})
    return rules.first_open_day(today, closed_to=rules.later(books.locked_to, closed_to()))


def _standing(ledger: Ledger, refund: Refund) -> CreditDoc | None:
    return _asked(lambda: ledger.find_credit(refund.key))


def _asked(question: Callable[[], T]) -> T:
    """Once money may have gone, a question that is not answered leaves the outcome unknown."""
    try:
        return question()
    except PartnerError as error:
        if error.retry == Retry.LOOK_UP:
            raise
        raise UnknownOutcome(error.partner, error.sentence, request_id=error.request_id, status=error.status) from error


def _credited(doc: CreditDoc, refund: Refund, *, already: bool = False) -> Receipt:
    if doc.status == DocStatus.VOID:
        raise Conflict(LEDGER, "A credit note under this number was made void in the ledger.", current=doc.external_id)
    if doc.amount_pence != refund.amount_pence:
        raise Conflict(LEDGER, "The ledger has a credit note of another amount under this number.", current=doc.external_id)
    return _receipt(doc.external_id, doc.amount_pence, already=already)


def _receipt(external_id: str, pence: int, *, already: bool = False) -> Receipt:
    return Receipt(external_id, {"amount_pence": pence}, already=already)


def _what(refund: Refund) -> str:
    """ "Garment E2801 of return RMA-70001, graded C: worn.": words for people, without anything personal."""
    item = refund.item
    grade = meaning(item.raw_grade, item.grade.target if item.grade else None).label
    return f"Garment {item.rfid or item.sku} of return {item.ret.acs_id}, graded {grade}."


def _order(refund: Refund) -> Order:
    order = Order.objects.filter(number=refund.order_number).first()
    if order is None:
        raise Rejected(SHOP, f"Order {refund.order_number} is no longer known here.")
    return order
