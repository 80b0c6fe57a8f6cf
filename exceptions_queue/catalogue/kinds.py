"""What is said once about each kind of exception."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from exceptions_queue.states import Block, Owner

Evidence = Mapping[str, Any]


class Code(StrEnum):
    """Every code of the desk. The value is what is stored and shown small and grey beside the sentence."""

    VAL_MOB_MISSING = "VAL-MOB-MISSING"
    VAL_MOB_FORMAT = "VAL-MOB-FORMAT"
    VAL_EMAIL = "VAL-EMAIL"
    VAL_NAME = "VAL-NAME"
    VAL_ADDR = "VAL-ADDR"
    VAL_LOCKER_MISSING = "VAL-LOCKER-MISSING"
    VAL_LOCKER_UNKNOWN = "VAL-LOCKER-UNKNOWN"
    VAL_SERVICE_MAP = "VAL-SERVICE-MAP"
    VAL_SKU_UNKNOWN = "VAL-SKU-UNKNOWN"
    VAL_DIM_MISSING = "VAL-DIM-MISSING"
    VAL_OVERSIZE = "VAL-OVERSIZE"
    VAL_DUPLICATE = "VAL-DUPLICATE"
    VAL_DATES = "VAL-DATES"
    VAL_CUSTOMS = "VAL-CUSTOMS"
    VAL_EDITED = "VAL-EDITED"
    LOC_CLOSED = "LOC-CLOSED"
    LOC_SIZE = "LOC-SIZE"
    LOC_FULL = "LOC-FULL"
    LOC_DRIFT = "LOC-DRIFT"
    LOC_STALE = "LOC-STALE"
    ORD_REJECTED = "ORD-REJECTED"
    ORD_UNCONFIRMED = "ORD-UNCONFIRMED"
    ORD_STUCK = "ORD-STUCK"
    ORD_NEVER_SENT = "ORD-NEVER-SENT"
    ORD_STRANGER = "ORD-STRANGER"
    ORD_ALIVE = "ORD-ALIVE"
    ORD_SHORT = "ORD-SHORT"
    HLD_CONSOL = "HLD-CONSOL"
    HLD_CONSOL_OVERDUE = "HLD-CONSOL-OVERDUE"
    HLD_EXPIRED = "HLD-EXPIRED"
    DIM_VARIANCE = "DIM-VARIANCE"
    TRK_NOTTAKEN = "TRK-NOTTAKEN"
    TRK_NOSCAN = "TRK-NOSCAN"
    TRK_EXPIRING = "TRK-EXPIRING"
    TRK_EXPIRED = "TRK-EXPIRED"
    TRK_REDIRECTED = "TRK-REDIRECTED"
    TRK_FULL = "TRK-FULL"
    TRK_OVERSIZE = "TRK-OVERSIZE"
    TRK_RETURNING = "TRK-RETURNING"
    TRK_LOST = "TRK-LOST"
    TRK_DAMAGED = "TRK-DAMAGED"
    LBL_FAILED = "LBL-FAILED"
    MAN_MISSED = "MAN-MISSED"
    MAN_UNMATCHED = "MAN-UNMATCHED"
    LBL_EXPIRING = "LBL-EXPIRING"
    STK_UNMAPPED = "STK-UNMAPPED"
    STK_INFLATED = "STK-INFLATED"
    STK_FEED_LATE = "STK-FEED-LATE"
    STK_FEED_BAD = "STK-FEED-BAD"
    STK_RFID_MISSING = "STK-RFID-MISSING"
    STK_JUMP = "STK-JUMP"
    STK_STALLED = "STK-STALLED"
    STK_OVERSOLD = "STK-OVERSOLD"
    BER_NEW = "BER-NEW"
    BER_EVIDENCE = "BER-EVIDENCE"
    BER_COST = "BER-COST"
    BER_OWNER = "BER-OWNER"
    BER_STALE = "BER-STALE"
    BER_REGRADED = "BER-REGRADED"
    RET_UNMATCHED = "RET-UNMATCHED"
    RET_UNGRADED = "RET-UNGRADED"
    RET_OVERDUE = "RET-OVERDUE"
    REF_DUE = "REF-DUE"
    JRN_REJECTED = "JRN-REJECTED"
    JRN_UNKNOWN = "JRN-UNKNOWN"
    JRN_MISMATCH = "JRN-MISMATCH"
    FEED_SUSPECT = "FEED-SUSPECT"
    INT_AUTH = "INT-AUTH"
    INT_DOWN = "INT-DOWN"


_CORRECT = ("correct-mobile", "correct-email", "correct-name", "correct-address", "correct-dates", "keep-both", "amend", "accept-as-sent")
# What each fix's own view demands, so that nobody is offered one that would be refused. tests/config/test_matrix.py holds the two together.
NEEDS = {
    **{f"orders:{name}": "orders.correct_order" for name in _CORRECT},
    "orders:add-customs": "orders.describe_order",
    "orders:ask-customer": "orders.send_customermessage",
    "orders:cancel": "orders.cancel_order",
    "orders:change-locker": "orders.reroute_order",
    "orders:collections": "lockers.view_parcel",
    "orders:convert-to-home": "orders.reroute_order",
    "orders:detail": "orders.view_order",
    "orders:extend-hold": "orders.hold_order",
    "orders:hold": "orders.hold_order",
    "orders:manifests": "lockers.view_parcel",
    "orders:offer-another": "orders.send_customermessage",
    "orders:plan": "orders.view_consolidation",
    "orders:recall": "orders.cancel_order",
    "orders:recheck": "orders.recheck_order",
    "orders:reconcile": "orders.view_integrityrun",
    "orders:resend": "orders.resend_order",
    "inventory:confirm-garment": "inventory.confirm_garment",
    "inventory:fix-size": "inventory.change_product",
    "inventory:garment": "inventory.view_garment",
    "inventory:products": "inventory.view_product",
    "inventory:publish-now": "inventory.publish_level",
    "inventory:publishing": "inventory.view_product",
    "inventory:stock-files": "inventory.view_garment",
    "lockers:labels": "lockers.view_parcel",
    "partners:connections": "partners.view_circuit",
    "partners:mappings": "partners.view_codemapping",
    "partners:run": "partners.view_syncrun",
    "partners:sync": "partners.view_syncrun",
    "returns:refunds": "returns.view_refund",
    "returns:return": "returns.view_return",
    "returns:write-off": "returns.view_writeoff",
}


@dataclass(frozen=True)
class Fix:
    """One way to put it right, by URL name: a room's own fragment, or a page to go to where `fragment` is false.

    `takes` says where the address gets its argument: the order number, a SKU, run or return named in the evidence, or nothing.
    `danger` marks the fix that ends the order.
    """

    url_name: str
    label: str
    takes: str = "number"
    fragment: bool = True
    danger: bool = False

    @property
    def permission(self) -> str:
        return NEEDS[self.url_name]


@dataclass(frozen=True)
class BulkFix:
    """One way to put all cases of a cause right: `?kind=…&all=1&cause=…` at the page `url_name` shows what it would do first.

    Without a `kind` it is a page of a room, to be opened as it is.
    """

    kind: str
    label: str
    url_name: str = "orders:bulk"


CHECK_AGAIN_ONE = "orders:recheck"
CHECK_AGAIN = BulkFix("recheck", "Check them again")


@dataclass(frozen=True)
class Kind:
    """One kind of exception. `blocks` holds letters of `Block`; `waivable_by` is empty where nobody may waive.

    `blocks_where`: what a case of one fault (the key, as its evidence names it) blocks, where others of the code block nothing.

    `told_early`: one case is enough for an alert; others are told of once there are many of one cause.
    """

    code: Code
    title: str
    owner: Owner
    what_to_do: str
    closes_when: str
    sentence: Callable[[Evidence], str]
    blocks: str = ""
    blocks_where: Mapping[str, str] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()
    recheck: str = CHECK_AGAIN_ONE
    bulk_fixes: tuple[BulkFix, ...] = ()
    waivable_by: frozenset[Owner] = frozenset()
    told_early: bool = False

    @property
    def runbook(self) -> str:
        """The slug of its page in the operational reference."""
        return self.code.lower()

    @property
    def all_bulk_fixes(self) -> tuple[BulkFix, ...]:
        """What its cause card offers, the best first: its own fixes, and to check again where that is possible."""
        return (*self.bulk_fixes, *((CHECK_AGAIN,) if self.recheck == CHECK_AGAIN_ONE else ()))

    def blocks_with(self, evidence: Evidence) -> str:
        return self.blocks or self.blocks_where.get(fault(evidence), "")

    @property
    def blocks_words(self) -> str:
        sometimes = " and ".join(blocked(letters) for letters in sorted(set(self.blocks_where.values())))
        return blocked(self.blocks) or (f"{sometimes}, in some cases" if sometimes else "")


def blocked(letters: str) -> str:
    """ "release to ACS and manifest": what letters of `Block` mean, in words."""
    return " and ".join(label[0].lower() + label[1:] for label in (Block(letter).label for letter in letters))


def named(values: Any, *, most: int = 3) -> str:
    """ "A, B and C", or "A, B, C and others": names from the evidence, never more than a line can hold."""
    names = [str(value) for value in (values if isinstance(values, list | tuple) else [values]) if value not in (None, "")]
    if len(names) > most:
        return ", ".join(names[:most]) + " and others"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def fault(evidence: Evidence) -> str:
    """The fault class as text, "" where none is named."""
    return str(evidence.get("fault") or "")


def always(sentence: str) -> Callable[[Evidence], str]:
    """The same sentence whatever the evidence."""
    return lambda _: sentence


def by_fault(sentences: Mapping[str, str], otherwise: str) -> Callable[[Evidence], str]:
    """A sentence chosen by the evidence's fault class; `otherwise` where the class is new to us."""
    return lambda evidence: sentences.get(fault(evidence), otherwise)
