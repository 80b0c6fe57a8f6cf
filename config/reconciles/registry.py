"""Which reconciles there are, what each compares, where its rows are and how it is had run now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from config.timetable import TIMETABLE, Task
from exceptions_queue.catalogue import Code
from inventory.models import ShopLevel
from lockers.models import Parcel
from lockers.states import ParcelState
from orders.actions.matching import AFTER, LOOKED_BACK
from partners import connect
from returns.models import Journal
from returns.queries.mismatches import IN_THE_LEDGER

_TASKS = {task.path: task for task in TIMETABLE}
CASES, RUNS = "exceptions_queue.view_exceptioncase", "orders.view_integrityrun"


@dataclass(frozen=True)
class Reconcile:
    """One comparison. `job` is its task in the timetable; `compared` counts, in one statement, what it looks at, and `code` is that of
    its cases: both none for one that keeps its runs, which say so themselves. `missing` says why it cannot run here, or ""."""

    key: str
    title: str
    what: str
    job: str
    permission: str
    code: Code | None = None
    compared: Callable[[datetime], int] | None = None
    missing: Callable[[], str] = lambda: ""

    @property
    def task(self) -> Task:
        return _TASKS[self.job]


def _handed_over(at: datetime) -> int:
    waited = Parcel.objects.filter(state=ParcelState.MANIFESTED, manifested_at__lte=at - AFTER, manifested_at__gt=at - LOOKED_BACK)
    return waited.count()


def _shown_in_the_shop(_at: datetime) -> int:
    return ShopLevel.objects.filter(place=ShopLevel.Place.SALE, shown__isnull=False).count()


def _posted(_at: datetime) -> int:
    return Journal.objects.filter(state__in=IN_THE_LEDGER).count()


def _no_ledger() -> str:
    return "No ledger is connected." if connect.missing("ledger") else ""


ORDERS, LOCKERS = "orders", "lockers"
RECONCILES: tuple[Reconcile, ...] = (
    Reconcile(
        ORDERS,
        "Shop and ACS",
        "Orders, both ways: paid and not at ACS, at ACS and unknown, cancelled and alive, despatched and never scanned.",
        "orders.tasks.check_orders",
        RUNS,
    ),
    Reconcile(
        LOCKERS,
        "Shop, ACS and InPost",
        "The locker of every open order: do the three name the same one, and can it take the parcel?",
        "config.tasks.check_lockers",
        RUNS,
    ),
    Reconcile(
        "manifests",
        "Manifest, ACS and InPost",
        "Parcels on manifests closed in the last 14 days: did ACS despatch them, and does InPost have them?",
        "orders.tasks.match_manifests",
        CASES,
        Code.MAN_UNMATCHED,
        _handed_over,
    ),
    Reconcile(
        "stock",
        "What the shop shows and what ACS can ship",
        "The number of each SKU in the shop, read back, against what may be sold.",
        "inventory.tasks.read_shop_levels",
        CASES,
        Code.STK_INFLATED,
        _shown_in_the_shop,
    ),
    Reconcile(
        "ledger",
        "Register and ledger",
        "Every journal that was posted, against what the ledger shows under its number.",
        "config.tasks.compare_ledger",
        CASES,
        Code.JRN_MISMATCH,
        _posted,
        _no_ledger,
    ),
)
BY_KEY = {reconcile.key: reconcile for reconcile in RECONCILES}
