"""The rows of a tab: what each write-off is, what it comes to, who has a part in it, and whether this person may approve it."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from exceptions_queue.queries import keyset
from exceptions_queue.queries import words as desk_words
from inventory.models import Product
from returns.models import Photo, WriteOff
from returns.queries.desk import tabs, words
from returns.states import LedgerClass, Method, WriteOffState

PAGE = 100
GROUPS = {"week": "Week", "reason": "Reason", "grader": "Grader", "return": "Return"}
OLD_VALUATION, LATELY = timedelta(days=180), timedelta(days=30)
SEVERAL = 3  # so many of one SKU in a month are worth a look


@dataclass(frozen=True)
class Row:
    """One write-off. `why_not` says why this person may not approve it; "" where they may, and `signs` is then what they would sign."""

    reference: str
    state: words.Chip
    sku: str
    name: str
    rfid: str
    grade: str
    reason: str
    photos: int
    pence: int
    value: str
    journal: str
    number: str
    graded_by: str
    raised_by: str
    first_by: str
    waiting: str
    since: str
    why_not: str
    signs: str
    flags: list[str] = field(default_factory=list)
    in_group: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Group:
    """Rows of this page that belong together, with what they come to."""

    title: str
    rows: list[Row]
    value: str


def page(tab: str, viewer: tabs.Viewer, *, after: str = "", before: str = "") -> keyset.Page[Any]:
    """One page of a tab: the oldest first where something waits, else the newest. One statement."""
    found: QuerySet[WriteOff, Any] = tabs.standing(tab, viewer).values("id", "raised_at")
    newest_first = tab not in tabs.OLDEST_FIRST
    return keyset.page(found, key="raised_at", size=PAGE, after=after, before=before, newest_first=newest_first)


def with_parts() -> QuerySet[WriteOff]:
    """Write-offs with their people, their garment and journals, and how many photos show it. One statement."""
    photos = Photo.objects.filter(item=OuterRef("item")).exclude(sha256="").order_by().values("item").annotate(n=Count("pk")).values("n")
    people = ("raised_by", "valued_by", "first_by", "first_for", "second_by", "second_for")
    return WriteOff.objects.select_related("item__ret", "item__grade", "journal", "reversal", *people).annotate(
        photo_count=Coalesce(Subquery(photos), 0)
    )


def rows_of(found: Collection[WriteOff], *, why_not: Callable[[WriteOff], str], group: str, at: datetime) -> list[Row]:
    """The rows, in the order given. Two statements whatever their number."""
    skus = {write_off.sku for write_off in found} - {""}
    names = dict(Product.objects.filter(sku__in=skus).values_list("sku", "name"))
    lately = WriteOff.objects.filter(sku__in=skus, raised_at__gt=at - LATELY).exclude(state=WriteOffState.REJECTED)
    repeated = dict(lately.order_by().values_list("sku").annotate(n=Count("pk")).filter(n__gte=SEVERAL))
    return [_row(one, names.get(one.sku, ""), repeated.get(one.sku, 0), why_not(one), group, at) for one in found]


def grouped(rows: Iterable[Row]) -> list[Group]:
    """The rows by their groups, which stand in the order of their names; within one, rows keep theirs."""
    in_order = sorted(rows, key=lambda row: row.in_group)
    groups = [(title, list(of_one)) for (_, title), of_one in groupby(in_order, key=lambda row: row.in_group)]
    return [Group(title, of_one, words.money(sum(row.pence for row in of_one))) for title, of_one in groups]


def _row(one: WriteOff, name: str, of_sku: int, why_not: str, group: str, at: datetime) -> Row:
    return Row(
        reference=one.reference,
        state=words.chip(one.state),
        sku=one.sku,
        name=name,
        rfid=one.rfid,
        grade=one.raw_grade or str(one.get_cause_display()),
        reason=one.reason,
        photos=one.photo_count,  # type: ignore[attr-defined]
        pence=one.carrying_pence or 0,
        value=words.money(one.carrying_pence),
        journal=words.in_short(one.lines),
        number=one.journal.number if one.journal else "",
        graded_by=one.grader,
        raised_by=desk_words.name_of(one.raised_by) if one.raised_by else "",
        first_by=desk_words.name_of(one.first_by) if one.first_by else "",
        waiting=desk_words.brief(at - one.raised_at),
        since=desk_words.full(one.raised_at),
        why_not=why_not or (one.journal.why if one.journal else ""),
        signs="" if why_not else f"{one.reference}:{one.lines_hash}",
        flags=list(_flags(one, of_sku, at)),
        in_group=_group(one, group),
    )


def _flags(one: WriteOff, of_sku: int, at: datetime) -> Iterable[str]:
    if one.needs_second:
        yield "Second approval given" if one.second_by else "Needs the second of two" if one.first_by else "Needs two people"
    if one.ledger_class == LedgerClass.CONSIGNED:
        yield "Not ours: never posted"
    elif one.method == Method.STOCK_ADJUSTMENT:
        yield "Stock adjustment"
    if of_sku:
        yield f"{of_sku} of this SKU in 30 days"
    if one.cost_as_at and timezone.localdate(at) - one.cost_as_at > OLD_VALUATION:
        yield "Valued over 180 days ago"


def _group(one: WriteOff, group: str) -> tuple[str, str]:
    if group == "reason":
        return one.reason.lower(), one.reason or "No reason given"
    if group == "grader":
        return one.grader.lower(), f"Graded by {one.grader}" if one.grader else "Grader not named"
    if group == "return":
        acs_id = one.item.ret.acs_id if one.item else ""
        return acs_id, f"Return {acs_id}" if acs_id else "Of no return"
    monday = one.happened_on - timedelta(days=one.happened_on.weekday())
    return monday.isoformat(), f"Week of {monday.day} {monday:%B %Y}"
