"""Erase a customer, or those whose orders have had their time, from every room: what they bought stays, who they are does not."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from exceptions_queue.actions import erasing as desk
from exceptions_queue.audit import Actor, actor_text, digest, record
from exceptions_queue.rules.erasing import Traces
from lockers.actions import erasing as lockers
from orders.actions import erasing as orders
from orders.models import Erasure, Order
from orders.queries import erasing as shown
from orders.rules.erasing import why_not_yet
from partners import retention
from partners.actions import erasing as partners
from returns.actions import erasing as returns

ROOMS = (returns, orders, lockers, desk)  # of inventory nothing: it knows garments and order numbers
JUST_BEFORE = timedelta(hours=1)  # a page may have been stored while the rest was erased, by another machine's clock
AT_ONCE, AT_MOST = 200, 10_000
SYSTEM, HAD_ITS_TIME = "system:retention", "Kept as long as the retention period says."
LONGEST_REASON = 300


class NotErased(Exception):
    """Nothing was erased; `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Erased:
    """What an erasure did. No receipt where it had been done before; `counts` are rows erased or emptied, by kind."""

    receipt: int | None
    orders: int
    counts: Mapping[str, int] = field(default_factory=dict)


def erase_customer(who: str, *, reason: str, even_open: bool, actor: Actor, at: datetime) -> Erased:
    """Erase the customer with this e-mail address, or of this order, with all their orders, and leave a receipt.

    Outside a transaction: what partners sent is read through in short ones, before and after the one that empties the rooms, so that
    what was stored meanwhile goes too. Done before, nothing more is done. Raises NotErased, and then nothing was erased but
    perhaps raw pages.
    """
    numbers = shown.numbers_of(who)
    if not numbers:
        return _before(who)
    theirs = list(Order.objects.filter(number__in=numbers, erased_at__isnull=True))
    if not theirs:
        return Erased(None, 0)
    traces = shown.traces(theirs)
    _must_be_a_reason(reason, traces)
    _may_go(theirs, even_open=even_open)
    swept = Counter(partners.erase(traces))
    with transaction.atomic():
        locked = orders.lock(numbers)
        if not locked:
            return Erased(None, 0)
        _may_go(locked, even_open=even_open)
        traces |= shown.traces(locked)
        counts = _rooms([order.number for order in locked], traces, at=at, actor=actor) + swept
        counts.update(desk.erase_mentions(traces))
        receipt = _receipt(_key(who, locked), len(locked), counts, reason=reason, actor=actor, at=at)
    partners.erase(traces, since=at - JUST_BEFORE)
    return Erased(receipt.pk, len(locked), dict(counts))


def erase_what_had_its_time(*, clock: Callable[[], datetime], budget: timedelta) -> dict[str, int]:
    """Erase the customers of orders that have had their time, 200 orders to a transaction, until none is left or the time is up.

    A receipt for each batch. Raw pages need no look: they are kept for less long. What is left over goes the next night.
    """
    began, erased = clock(), 0
    while erased < AT_MOST and clock() < began + budget:
        done = _one_batch(at=clock(), before=began - timedelta(days=retention.days("customers")))
        if not done:
            break
        erased += done
    return {"orders": erased}


def _one_batch(*, at: datetime, before: datetime) -> int:
    numbers = shown.had_their_time(before=before, most=AT_ONCE)
    numbers = sorted(set(numbers) - shown.in_the_air(numbers))
    with transaction.atomic():
        locked = orders.lock(numbers)
        if not locked:
            return 0
        counts = _rooms([order.number for order in locked], shown.traces(locked), at=at, actor=SYSTEM)
        _receipt("", len(locked), counts, reason=HAD_ITS_TIME, actor=SYSTEM, at=at)
    return len(locked)


def _rooms(numbers: Collection[str], traces: Traces, *, at: datetime, actor: Actor) -> Counter[str]:
    counts: Counter[str] = Counter()
    for room in ROOMS:
        counts.update(room.erase(numbers, traces=traces, at=at, actor=actor))
    return counts


def _before(who: str) -> Erased:
    """Nobody is known by it: erased before, or never known."""
    if "@" in who and Erasure.objects.filter(customer_key=_digest(who)).exists():
        return Erased(None, 0)
    raise NotErased(f"No order is known by {'this e-mail address' if '@' in who else f'the number {who}'}. Nothing was erased.")


def _must_be_a_reason(reason: str, traces: Traces) -> None:
    """The reason is kept for years, so it must not say whom."""
    if not reason.strip():
        raise NotErased("Say why, such as: asked by letter on 3 November, ticket 4711.")
    if len(reason) > LONGEST_REASON:
        raise NotErased(f"The reason may have {LONGEST_REASON} characters; this has {len(reason)}.")
    if traces.stand_in(reason):
        raise NotErased("The reason names the customer, and it is kept. Say why without saying who.")


def _may_go(wanted: Iterable[Order], *, even_open: bool) -> None:
    """Raises NotErased with a sentence for each order that keeps its customer for now."""
    found = list(wanted)
    flying = shown.in_the_air([order.number for order in found])
    why = [sentence for order in found if (sentence := _why_not(order, order.number in flying, even_open))]
    if why:
        raise NotErased(" ".join([*why, "Nothing was erased."]))


def _why_not(order: Order, flies: bool, even_open: bool) -> str:
    return why_not_yet(
        number=order.number,
        state=order.state,
        acs_status=order.acs_status,
        in_the_air=flies or (order.release_claimed_at is not None and order.released_at is None and order.state == "ready"),
        excluded=bool(order.excluded_why),
        even_open=even_open,
    )


def _key(who: str, locked: Collection[Order]) -> str:
    """By the customer's e-mail address as it was before the rooms forgot it."""
    emails = {order.email for order in locked} - {""}
    return _digest(who if "@" in who else next(iter(sorted(emails)), "")) if "@" in who or emails else ""


def _digest(email: str) -> str:
    return digest(email.strip().casefold())


def _receipt(key: str, count: int, counts: Mapping[str, int], *, reason: str, actor: Actor, at: datetime) -> Erasure:
    told = {kind: number for kind, number in counts.items() if number}
    row = Erasure.objects.create(customer_key=key, orders=count, counts=told, reason=reason.strip(), asked_by=actor_text(actor)[1], at=at)
    record("customer data erased", row, actor=actor, at=at, after={"orders": count}, reason=reason.strip())
    return row
