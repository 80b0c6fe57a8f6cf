"""What is wrong with a write-off?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from exceptions_queue.catalogue import Code
from returns.models import WriteOff
from returns.queries.evidence import Standing
from returns.rules.evidence import ACCOUNT, COST, WORDS
from returns.rules.grading import is_beyond_repair
from returns.rules.waiting import stale
from returns.states import BEFORE_APPROVAL, ENDED, IN_THE_AIR, IN_THE_LEDGER, Cause, LedgerClass, WriteOffState

SCOPE = frozenset({Code.BER_NEW, Code.BER_EVIDENCE, Code.BER_COST, Code.BER_OWNER, Code.BER_STALE, Code.BER_REGRADED})


def find(write_off: WriteOff, standing: Standing, *, at: datetime) -> dict[str, Mapping[str, Any]]:
    """{code: evidence} of one write-off as it stands; its item and the item's grade are read along."""
    if write_off.state in BEFORE_APPROVAL:
        return {code: evidence for code, evidence in _undecided(write_off, standing, at) if evidence}
    if write_off.state in (*IN_THE_AIR, *IN_THE_LEDGER) and (regraded := _regraded(write_off)):
        return {Code.BER_REGRADED: regraded}
    return {}


def is_regraded(write_off: WriteOff) -> bool:
    """Was it raised for a grade, and is the garment graded otherwise now? A grade that is not mapped is otherwise, and so is one that
    ACS says it gave to another garment: that one has a write-off of its own."""
    if write_off.cause != Cause.GRADED or write_off.item is None or write_off.state in ENDED:
        return False
    if write_off.item.rfid != write_off.rfid or write_off.item.grade is None:
        return True
    return not is_beyond_repair(write_off.item.grade.target)


def _undecided(write_off: WriteOff, standing: Standing, at: datetime) -> list[tuple[str, Mapping[str, Any]]]:
    second = write_off.state == WriteOffState.AWAITING_SECOND
    lacks = [WORDS[name] for name in standing.missing if name not in (COST, ACCOUNT)]
    told = {"reference": write_off.reference, "rfid": write_off.rfid}
    late = stale(
        raised_on=timezone.localdate(write_off.raised_at),
        happened_on=write_off.happened_on,
        today=timezone.localdate(at),
        days=settings.WRITE_OFF_STALE_DAYS,
    )
    return [
        (Code.BER_NEW, {"field": "write_off", "fault": "second" if second else write_off.cause, **told}),
        (Code.BER_EVIDENCE, {"field": "evidence", "fault": "missing", "lacks": lacks, **told} if lacks else {}),
        (Code.BER_COST, {"field": "cost", "fault": standing.fault, **told} if standing.fault else {}),
        (Code.BER_OWNER, {"field": "owner", "fault": "consigned", **told} if write_off.ledger_class == LedgerClass.CONSIGNED else {}),
        (Code.BER_STALE, {"field": "write_off", "fault": late, **told} if late else {}),
    ]


def _regraded(write_off: WriteOff) -> dict[str, Any]:
    if not is_regraded(write_off) or write_off.item is None:
        return {}
    return {
        "field": "grade",
        "fault": "in_the_air" if write_off.state in IN_THE_AIR else "posted",
        "grade": write_off.item.raw_grade,
        "reference": write_off.reference,
        "rfid": write_off.rfid,
    }
