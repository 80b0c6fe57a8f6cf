"""Show me: the returns, each with what is in it, and how many there are of each kind."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value

from returns.models import Photo, Return, ReturnItem
from returns.queries.grades import Graded, told
from returns.states import Grade

COLUMNS = ("id", "acs_id", "order_number", "order__number", "arrived_at")
KINDS = {
    "ungraded": "Waiting for a grade",
    "unmatched": "Without an order",
    "ber": "Beyond economic repair",
    "regraded": "Graded again",
    "unmapped": "With a grade nobody has mapped",
}
# How each is named under its number, and how much it matters.
COUNTED = {
    "ungraded": "wait for a grade",
    "unmatched": "without an order",
    "ber": "beyond economic repair",
    "unmapped": "with an unmapped grade",
}
TONES = {"ungraded": "warn", "unmatched": "warn", "ber": "bad", "unmapped": "warn"}
_GRADES = [grade.value for grade in Grade if grade not in (Grade.UNGRADED, Grade.UNKNOWN)]

Rows = QuerySet[Return, dict[str, Any]]


def rows(found: QuerySet[Return]) -> Rows:
    """Returns as the list draws them: mappings of `COLUMNS`."""
    drawn: Rows = found.values(*COLUMNS)
    return drawn


def of_kind(kind: str) -> Q:
    """The returns of one kind of `KINDS`; all of them for another word."""
    if kind == "unmatched":
        return Q(order=None)
    if kind == "ungraded":
        return Q(pk__in=_with(Q(raw_grade=""))) | ~Q(Exists(ReturnItem.objects.filter(ret=OuterRef("pk"))))
    if kind == "regraded":
        return Q(pk__in=_with(Q(regraded__gt=0)))
    meant = {"ber": Grade.BER, "unmapped": Grade.UNKNOWN}
    return with_grade(meant[kind]) if kind in meant else Q()


def with_grade(grade: str) -> Q:
    """The returns with a garment of this grade."""
    if grade == Grade.UNGRADED:
        return of_kind("ungraded")
    return Q(pk__in=_with(~Q(raw_grade="") & (~Q(grade__target__in=_GRADES) if grade == Grade.UNKNOWN else Q(grade__target=grade))))


def grades_in_words() -> list[tuple[str, str]]:
    """Every grade with its label, for a filter."""
    return [(grade.value, str(grade.label)) for grade in Grade]


def _with(garment: Q) -> QuerySet[ReturnItem, Any]:
    return ReturnItem.objects.filter(garment).order_by().values("ret")


def counts() -> dict[str, int]:
    """How many returns there are, and how many of each kind of `COUNTED`. One statement."""
    first, *others = [_counted("every", Q()), *(_counted(kind, of_kind(kind)) for kind in COUNTED)]
    return dict.fromkeys(["every", *COUNTED], 0) | {row["kind"]: row["n"] for row in first.union(*others, all=True)}


def _counted(kind: str, which: Q) -> QuerySet[Return, Any]:
    named: Any = Return.objects.filter(which).order_by()
    counted: QuerySet[Return, Any] = named.values(kind=Value(kind)).annotate(n=Count("pk"))
    return counted


@dataclass(frozen=True)
class Row:
    """One return, ready to print but for its times. `grades` are its garments by grade, with how many."""

    acs_id: str
    order_number: str
    is_matched: bool
    arrived_at: datetime
    garments: int
    grades: list[tuple[Graded, int]]
    regraded: bool
    photos: int


def rows_of(page: Collection[dict[str, Any]]) -> list[Row]:
    """The rows of a page with what is in each. Two statements for any number of them."""
    ids = [row["id"] for row in page]
    garments: dict[int, list[tuple[str, str | None, int]]] = defaultdict(list)
    for ret, raw, target, regraded in _garments(ids):
        garments[ret].append((raw, target, regraded))
    photos = Photo.objects.filter(item__ret__in=ids).exclude(sha256="").order_by().values_list("item__ret")
    kept = dict(photos.annotate(n=Count("pk")))
    return [_row(row, garments[row["id"]], kept.get(row["id"], 0)) for row in page]


def _garments(ids: Collection[int]) -> QuerySet[ReturnItem, Any]:
    return ReturnItem.objects.filter(ret__in=ids).order_by("pk").values_list("ret", "raw_grade", "grade__target", "regraded")


def _row(row: dict[str, Any], garments: list[tuple[str, str | None, int]], photos: int) -> Row:
    return Row(
        acs_id=row["acs_id"],
        order_number=row["order__number"] or row["order_number"],
        is_matched=row["order__number"] is not None,
        arrived_at=row["arrived_at"],
        garments=len(garments),
        grades=list(Counter(told(raw, target) for raw, target, _ in garments).items()),
        regraded=any(regraded for _, _, regraded in garments),
        photos=photos,
    )
