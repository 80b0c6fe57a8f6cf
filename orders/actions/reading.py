"""ACS said: how far is each order? Facts are overwritten, the raw text kept, and an unknown word stays unknown."""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from orders.actions.allocating import allocate_for
from orders.actions.consolidating import look_waiting
from orders.actions.editing import adopt
from orders.actions.packed import look_packed
from orders.actions.sending import EDITED, KIND, adopt_elsewhere, look, settled, still_differs
from orders.actions.splitting import adopt_home
from orders.models import Order
from orders.rules.packed import is_whole
from orders.rules.picking import Wanted, short_lines
from orders.rules.reconciling import NOT_KNOWN
from orders.states import BEFORE_RELEASE, AcsStatus, OrderState
from partners import connect, mappings, outbox
from partners.acs.records import AcsOrder
from partners.errors import PartnerError, Rejected, Unreadable
from partners.models import CodeMapping, Intent
from partners.sync import Applied, Page, Reject

AT_ONCE = 200
READ_AT_ONCE = 600  # as many as ACS can answer within the minute
LONGEST_S = 60.0
TAKEN = ("acs_status", "acs_status_raw", "acs_status_since", "acs_locker_id", "acs_tracking", "acs_packed", "acs_short")
NOT_AT_ACS = (*BEFORE_RELEASE, OrderState.CANCELLED, OrderState.CLOSED)
ENDED = (AcsStatus.DESPATCHED, AcsStatus.CANCELLED)
ALIVE = frozenset({Code.ORD_ALIVE})


def due_for_reading() -> list[Order]:
    """Orders at ACS that are not done there, and those that it should have stopped, longest unread first."""
    alive = list(desk.subjects_with_open_case(Order, only=ALIVE).values_list("subject_id", flat=True))
    there = Order.objects.filter(
        Q(state=OrderState.RELEASED) | Q(state=OrderState.READY, release_claimed_at__isnull=False) | Q(pk__in=alive)
    )
    return list(there.exclude(acs_status__in=ENDED).order_by(F("acs_seen_at").asc(nulls_first=True), "pk")[:READ_AT_ONCE])


def read_acs_pages(cursor: str) -> Iterator[Page]:
    """One page: ACS's word on each order due, asked for one by one, for there is no list call.

    An answer that cannot be read belongs to that order alone; a line that fails ends the page there. Stops after a minute, so
    that the task ends before the cluster ends it: the orders not asked are first in line next time.
    """
    began, trouble = time.monotonic(), None
    warehouse = connect.acs()
    records: list[tuple[int, AcsOrder | PartnerError | None]] = []
    for order in due_for_reading():
        if time.monotonic() - began > LONGEST_S:
            break
        try:
            records.append((order.pk, warehouse.get_order(order.number)))
        except (Unreadable, Rejected) as error:
            records.append((order.pk, error))
        except PartnerError as error:
            trouble = error
            break
    raw = b"\n".join(there.raw for _, there in records if isinstance(there, AcsOrder))
    yield Page(records=records, cursor=cursor, source="GET /orders/{OrderNumber}", body=raw)
    if trouble is not None:
        raise trouble


def apply_acs(page: Page, at: datetime) -> Applied:
    """Write what ACS said of each order. One that ACS does not know, or whose answer cannot be read, keeps what was known and
    is counted rejected; it too has been asked now, so that it does not stand in front of the others for ever."""
    rows = {order.pk: order for order in Order.objects.filter(pk__in=[pk for pk, _ in page.records])}
    words, applied = note_progress(at=at), Applied()
    for pk, there in page.records:
        order = rows[pk]
        order.acs_seen_at = at
        if not isinstance(there, AcsOrder):
            reason = there.sentence if there is not None else NOT_KNOWN
            applied.rejected.append(Reject(key=order.number, path="$", reason=reason, raw=b""))
            continue
        moved = _take(words, order, there)
        applied.changed, applied.unchanged = applied.changed + moved, applied.unchanged + (not moved)
    write_taken(rows.values(), words, at=at)
    _adopt(page, rows, at=at)
    look_waiting(rows, at=at)
    look_packed(words.packed, first=words.first_packed, at=at)
    applied.read = [rows[pk].number for pk, there in page.records if isinstance(there, AcsOrder)]
    applied.forget = any(order.erased_at for order in rows.values())
    return applied


@dataclass
class Words:
    """ACS's status words as they are mapped now, how often each was met, and whose parcels were measured."""

    known: Mapping[str, Mapping[str, Any]]
    at: datetime
    met: Counter[str] = field(default_factory=Counter)
    packed: list[int] = field(default_factory=list)
    first_packed: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)

    def target(self, raw: str) -> str:
        self.met[raw] += 1
        return str(self.known.get(mappings.fold(raw), {}).get("target") or AcsStatus.UNKNOWN)

    def take(
        self,
        order: Order,
        lines: Sequence[Wanted],
        *,
        status: str,
        since: datetime | None,
        tracking: str,
        packed: Mapping[str, int],
        picked: Mapping[str, int],
    ) -> bool:
        """Set on the order what a partial report says, keeping what it leaves out; whether that is anything new.

        A report older than ACS's last word changes nothing.
        """
        if since and order.acs_status_since and since < order.acs_status_since:
            return False
        said = _status(order, status, self.target(status), since or self.at) if status else {}
        known = {line["line_id"]: line["picked"] for line in order.acs_short} | dict(picked)
        said["acs_short"] = short_lines(lines, known, said.get("acs_status", order.acs_status))
        said["acs_packed"] = order.acs_packed | dict(packed)
        return self.set(order, said | ({"acs_tracking": tracking} if tracking else {}))

    def set(self, order: Order, said: Mapping[str, Any]) -> bool:
        """Set what was said, and remember whose parcel is measured now and who left ACS; whether anything was new."""
        was_whole, before, stood = is_whole(order.acs_packed), order.acs_packed, order.acs_status
        changed = [name for name, value in said.items() if getattr(order, name) != value]
        for name in changed:
            setattr(order, name, said[name])
        if is_whole(order.acs_packed) and order.acs_packed != before:
            self.packed.append(order.pk)
            self.first_packed += [] if was_whole else [order.pk]
        if order.acs_status != stood and AcsStatus.DESPATCHED in (order.acs_status, stood):
            self.left.append(order.pk)
        return bool(changed)


def note_progress(*, at: datetime) -> Words:
    """ACS's words, for what is about to be taken over. One statement."""
    return Words(mappings.targets("acs", CodeMapping.Kind.ORDER_STATUS), at)


def write_taken(orders: Collection[Order], words: Words, *, at: datetime) -> None:
    """Save what was taken over, let go of what left, and count the words."""
    Order.objects.bulk_update(orders, ["acs_seen_at", *TAKEN], 200)
    if words.left:
        allocate_for(words.left, at=at)
    mappings.note_seen("acs", CodeMapping.Kind.ORDER_STATUS, words.met, at)


def take_again(said: Mapping[int, AcsOrder | None], *, at: datetime) -> None:
    """Write ACS's word on orders that are cancelled here, and draw nothing from it. None: ACS does not have the order.

    An order that ACS shows as stopped is cancelled there, whatever status it still carries.
    """
    with transaction.atomic():
        orders = list(Order.objects.select_for_update().filter(pk__in=list(said), state=OrderState.CANCELLED).order_by("pk"))
        words = note_progress(at=at)
        for order in orders:
            order.acs_seen_at, there = at, said[order.pk]
            if there is not None:
                _take(words, order, there)
            if there is None or there.content.cancelled:
                words.set(order, {"acs_status": AcsStatus.CANCELLED if there else AcsStatus.NONE})
        write_taken(orders, words, at=at)


def _adopt(page: Page, rows: Mapping[int, Order], *, at: datetime) -> None:
    """Whoever changed an order at ACS to what the shop says by now, the case about it is over."""
    said = [(rows[pk], there) for pk, there in page.records if isinstance(there, AcsOrder)]
    adopt_home(said, at=at)
    adopt_elsewhere(said, at=at)
    differing = set(Order.objects.filter(pk__in=desk.subjects_with_open_case(Order, only=EDITED)).values_list("pk", flat=True)) & set(rows)
    for pk, there in page.records:
        if pk in differing and isinstance(there, AcsOrder):
            adopt(Order.objects.select_for_update().get(pk=pk), there, at=at)
    look(differing, at=at)


def _take(words: Words, order: Order, there: AcsOrder) -> bool:
    """A whole answer: what it leaves out is not so any more."""
    target = words.target(there.status_raw)
    wanted = [Wanted(line.line_id, line.sku, line.quantity) for line in there.content.lines]
    short = short_lines(wanted, there.picked, target)
    said = _status(order, there.status_raw, target, there.status_at or words.at)
    said |= {"acs_tracking": there.tracking, "acs_locker_id": there.content.locker_id.strip()[:64]}
    return words.set(order, said | {"acs_packed": dict(there.packed), "acs_short": short})


def _status(order: Order, raw: str, target: str, since: datetime) -> dict[str, Any]:
    moved = raw != order.acs_status_raw or order.acs_status_since is None
    return {"acs_status": target, "acs_status_raw": raw} | ({"acs_status_since": since} if moved else {})


def confirm_by_reading(*, at: datetime) -> int:
    """An order that may be at ACS and that ACS by now shows as we sent it is released: the late answer to an unclear question."""
    confirmed = 0
    for order in Order.objects.filter(state=OrderState.READY, release_claimed_at__isnull=False).order_by("pk")[:AT_ONCE]:
        last = Intent.objects.filter(kind=KIND, business_id=order.number).order_by("-revision").first()
        if last is not None and last.state in Intent.ENDED and _agrees(last):
            with transaction.atomic():
                settled(last, outbox.Receipt(remote_id=order.number, detail={}), at)
            confirmed += 1
    return confirmed


def _agrees(intent: Intent) -> bool:
    try:
        return not still_differs(intent)
    except PartnerError:
        return False
