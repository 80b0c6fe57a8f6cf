"""What do shop and ACS say differently of the same orders? Four questions, each by sets, in a number of statements that never grows."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from exceptions_queue import calendars
from exceptions_queue.catalogue import Code
from inventory.models import Garment
from inventory.states import ItemState
from lockers.models import Parcel
from lockers.states import ParcelState
from orders.actions.carriage import unseen, without_parcel
from orders.actions.reading import ENDED, NOT_AT_ACS
from orders.actions.reconciling.asking import cancelled_after_sending
from orders.actions.sending import KIND
from orders.actions.watching import MOVING, never_sent
from orders.models import Order
from orders.rules.carriage import NO_SCAN_AFTER
from orders.rules.edits import LET_GO
from orders.rules.reconciling import (
    LOOKED_BACK,
    NOT_KNOWN,
    NOT_OURS,
    NOT_SENT,
    SENT_WITHIN_WORKING_DAYS,
    SHOWN_WITHIN,
    acs_says,
    number_of,
    shop_says,
)
from orders.states import BEFORE_RELEASE, AcsStatus, Difference, OrderState
from partners.models import Feed, Intent, RejectedRecord

FEED = "acs.orders"
MOST_STRANGERS = 5_000
NOT_IN_THE_SHOP = "nothing"
_NAMED = {"row": "named in its progress file", "not_sent": "named in its progress file", "garment": "a garment is picked for it"}


class Differing(NamedTuple):
    """One order of which the two say different things, and the code of its case."""

    number: str
    kind: Difference
    code: Code
    fault: str
    shop: str
    acs: str
    order_id: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.number, self.kind.value


def find(*, at: datetime) -> list[Differing]:
    """Everything that differs now, each order once for a kind. A fixed number of statements."""
    found = [*_missing(at), *_strangers(at), *_alive(at), *_unscanned(at)]
    return list({each.key: each for each in found}.values())


def count_compared(*, at: datetime) -> int:
    """How many orders there are to compare: paid and not ended here, at ACS, or cancelled after it was sent them. Two statements."""
    standing = Order.objects.filter(state__in=(*BEFORE_RELEASE, OrderState.RELEASED), excluded_why="", paid_at__isnull=False)
    return standing.count() + cancelled_after_sending(at=at).count()


# --- paid in the shop, and not at ACS ---------------------------------------------------------------------------------------


def lost(*, at: datetime) -> QuerySet[Order]:
    """Released two hours ago and not at ACS: by its last word it does not know the order, or it was read since and never showed it."""
    of_it = RejectedRecord.objects.filter(feed__name=FEED, solved_at__isnull=True, reason=NOT_KNOWN, key=OuterRef("number"))
    lacks = Q(Exists(of_it.filter(last_at__gt=OuterRef("released_at"))))
    read_at = Feed.objects.filter(name=FEED).values_list("last_good_at", flat=True).first()
    if read_at is not None:
        lacks |= Q(acs_status=AcsStatus.NONE, released_at__lt=read_at - SHOWN_WITHIN)
    gone_out = Order.objects.filter(state=OrderState.RELEASED, released_at__lt=at - SHOWN_WITHIN, store_cancelled_at__isnull=True)
    return gone_out.exclude(acs_status__in=ENDED).filter(lacks)


def _missing(at: datetime) -> Iterator[Differing]:
    a_working_day = calendars.default_clock(at=at).working_days_before(SENT_WITHIN_WORKING_DAYS, at=at)
    late = never_sent(at=at).filter(paid_at__lt=a_working_day)
    for orders, code, fault in ((lost(at=at), Code.ORD_UNCONFIRMED, "lost"), (late, Code.ORD_NEVER_SENT, "never_sent")):
        for order in orders.only("number", "state", "paid_at", "store_cancelled_at").order_by("pk"):
            yield Differing(order.number, Difference.MISSING, code, fault, _shop(order), NOT_IN_THE_SHOP, order.pk)


def _shop(order: Order) -> str:
    here = order.state == OrderState.CANCELLED
    return shop_says(paid=order.paid_at is not None, cancelled=order.store_cancelled_at is not None, cancelled_here=here)


# --- at ACS, and unknown here -----------------------------------------------------------------------------------------------


def strangers(*, at: datetime) -> dict[str, str]:
    """{number: how we know}: order numbers that ACS named in the last two weeks, none of ours or never sent from here.

    From the rows of its progress file, and from garments that it has picked for an order. The second only once Lockstep has released
    orders for two weeks: before that ACS still worked on what it was sent without us.
    """
    named = dict.fromkeys(_picked_for(at), "garment") | dict.fromkeys(_in_its_file(at, NOT_OURS), "row")
    unsent = dict.fromkeys(_in_its_file(at, NOT_SENT), "not_sent")
    here = Order.objects.filter(number__in={*named, *unsent}).values_list("number", "state", "release_claimed_at")
    known = {number: state in NOT_AT_ACS and claimed is None for number, state, claimed in here}
    return {number: how for number, how in named.items() if number not in known} | {
        number: how for number, how in unsent.items() if known.get(number)
    }


def _in_its_file(at: datetime, why: str) -> list[str]:
    rows = RejectedRecord.objects.filter(feed__name=FEED, solved_at__isnull=True, reason__contains=why, last_at__gt=at - LOOKED_BACK)
    return [number for key in rows.order_by("-pk").values_list("key", flat=True)[:MOST_STRANGERS] if (number := number_of(key))]


def _picked_for(at: datetime) -> Iterable[str]:
    first = Order.objects.filter(released_at__isnull=False).order_by("released_at").values_list("released_at", flat=True).first()
    if first is None:
        return ()
    since = max(at - LOOKED_BACK, first + timedelta(days=14))
    garments = Garment.objects.filter(status__target=ItemState.ALLOCATED, since__gt=since, missing_since__isnull=True)
    return garments.exclude(order_number="").order_by().values_list("order_number", flat=True).distinct()[:MOST_STRANGERS]


def _strangers(at: datetime) -> Iterator[Differing]:
    for number, how in sorted(strangers(at=at).items()):
        shop = "not sent from here" if how == "not_sent" else NOT_IN_THE_SHOP
        yield Differing(number[:64], Difference.STRANGER, Code.ORD_STRANGER, how, shop, _NAMED[how])


# --- cancelled, and alive at ACS --------------------------------------------------------------------------------------------


def alive(*, at: datetime) -> QuerySet[Order]:
    """Cancelled here and going on, or gone, at ACS, which was asked after the last thing that we told it."""
    told_since = Intent.objects.filter(kind=KIND, business_id=OuterRef("number"), ended_at__gte=OuterRef("acs_seen_at"))
    going_on = Order.objects.filter(state=OrderState.CANCELLED, acs_status__in=(*MOVING, AcsStatus.DESPATCHED), acs_seen_at__isnull=False)
    return going_on.filter(~Exists(told_since), acs_seen_at__gt=at - LOOKED_BACK)


def cancelled_in_the_shop() -> QuerySet[Order]:
    """Cancelled in the shop while ACS works on it, and nobody has let it go."""
    return Order.objects.filter(state=OrderState.RELEASED, store_cancelled_at__isnull=False, acs_status__in=MOVING).exclude(
        shop_when_sent__has_key=LET_GO
    )


def _alive(at: datetime) -> Iterator[Differing]:
    for orders, code in ((alive(at=at), Code.ORD_ALIVE), (cancelled_in_the_shop(), Code.VAL_EDITED)):
        for order in orders.order_by("pk"):
            acs = acs_says(order.acs_status, order.acs_status_raw)
            yield Differing(order.number, Difference.ALIVE, code, "alive", _shop(order), acs, order.pk)


# --- despatched by ACS, and never scanned by InPost -------------------------------------------------------------------------


def _unscanned(at: datetime) -> Iterator[Differing]:
    """One on a manifest closed less than a day ago has its time still."""
    of_it = Parcel.objects.filter(order_number=OuterRef("number"))
    on_one = of_it.filter(state=ParcelState.MANIFESTED)
    listed = unseen(at=at).annotate(manifested=Exists(on_one))
    bare = set(without_parcel(at=at).values_list("pk", flat=True))
    for order in listed.filter(~Exists(on_one.filter(manifested_at__gt=at - NO_SCAN_AFTER))).order_by("pk"):
        code = Code.TRK_NOSCAN if order.manifested or order.pk in bare else Code.MAN_UNMATCHED
        fault = "no_parcel" if order.pk in bare else "no_scan"
        yield Differing(order.number, Difference.UNSCANNED, code, fault, _shop(order), acs_says(order.acs_status), order.pk)
