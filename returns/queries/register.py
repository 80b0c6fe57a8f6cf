"""The register of a month: its write-offs, line by line, as a file shows them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from exceptions_queue.queries import sheets
from exceptions_queue.queries import words as desk_words
from returns.models import Journal, WriteOff
from returns.rules.months import next_month

AT_ONCE = 500
HEAD = (
    *("Reference", "RFID", "SKU", "Happened on", "Grade as told", "Reason", "Grader", "Cause"),
    *("Ledger class", "Owner", "Cost (GBP)", "Depreciation (GBP)", "Carrying value (GBP)", "Route", "Certificate"),
    *("Raised by", "Raised at", "First approval", "First at", "Second approval", "Second at"),
    *("State", "Method", "Posts on", "Journal key", "Ledger number", "Ledger id", "Posted at", "Verified at"),
    *("Lines hash (signed)", "Journal hash", "Shown hash (ledger)", "Reversal key", "Reversal state"),
)
Names = Mapping[int | None, str]


def dated_in(month: date, field: str) -> Q:
    """A date within the month."""
    return Q(**{f"{field}__gte": month, f"{field}__lt": next_month(month)})


def of_month(month: date) -> QuerySet[WriteOff]:
    """Every write-off that touches the month: what happened in it, what is to be posted in it, and what was posted or reversed in it.

    One that happened in May and is dated in June is in the register of both, each of which says both days.
    """
    journals = Journal.objects.filter(dated_in(month, "post_on")).values("pk")
    posted = Q(journal__in=journals) | Q(reversal__in=journals)
    return WriteOff.objects.filter(dated_in(month, "happened_on") | dated_in(month, "post_on") | posted)


def ids_of(month: date) -> list[int]:
    """Their ids by day and reference: what a file holds is settled before its first line. One statement."""
    return list(of_month(month).order_by("happened_on", "reference").values_list("pk", flat=True))


def names() -> Names:
    """What everybody is called, by id. One statement."""
    people = User.objects.only("first_name", "last_name", "username")
    return {None: "", **{user.pk: desk_words.name_of(user) for user in people}}


def in_parts(ids: Sequence[int], size: int = AT_ONCE) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def in_order(found: QuerySet[WriteOff], ids: Sequence[int]) -> list[WriteOff]:
    """Those of `ids`, in their order. One statement."""
    rows = found.in_bulk(list(ids))
    return [rows[pk] for pk in ids if pk in rows]


def lines(ids: Sequence[int]) -> Iterator[str]:
    """The register of these as CSV that no spreadsheet runs, its head first. Money in pounds, times by London's clock.

    One statement, and one for every 500 rows; nothing is held open between them.
    """
    called = names()
    found = WriteOff.objects.select_related("journal", "reversal")
    rows = (_row(one, called) for part in in_parts(ids) for one in in_order(found, part))
    return sheets.lines(HEAD, rows)


def pounds(pence: int | None) -> str:
    """ "1234.50", as a sheet adds up; "" for none."""
    if pence is None:
        return ""
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02d}"


def who(by: int | None, for_whom: int | None, called: Names) -> str:
    """ "Agnes Lee", or "Agnes Lee for Martin Ortiz" where she stood in; "" for nobody."""
    name = called.get(by, "")
    return f"{name} for {called.get(for_whom, '')}" if for_whom else name


def _row(one: WriteOff, called: Names) -> list[Any]:
    return [*_garment(one), *_value(one), *_people(one, called), *_posting(one)]


def _garment(one: WriteOff) -> list[Any]:
    told = [one.raw_grade, one.reason, one.grader, one.get_cause_display()]
    return [one.reference, one.rfid, one.sku, one.happened_on, *told]


def _value(one: WriteOff) -> list[Any]:
    money = [pounds(pence) for pence in (one.cost_pence, one.depreciation_pence, one.carrying_pence)]
    return [one.get_ledger_class_display(), one.owner, *money, one.get_route_display(), one.certificate]


def _people(one: WriteOff, called: Names) -> list[Any]:
    first = [who(one.first_by_id, one.first_for_id, called), one.first_at]
    second = [who(one.second_by_id, one.second_for_id, called), one.second_at]
    return [called.get(one.raised_by_id) or "Lockstep", one.raised_at, *first, *second]


def _posting(one: WriteOff) -> list[Any]:
    journal = one.journal or Journal()
    ledger = [journal.key, journal.number, journal.external_id, journal.posted_at, journal.verified_at]
    hashes = [one.lines_hash, journal.lines_hash, journal.shown_hash]
    reversal = [one.reversal.key, one.reversal.get_state_display()] if one.reversal else ["", ""]
    return [one.get_state_display(), one.get_method_display(), one.post_on, *ledger, *hashes, *reversal]
