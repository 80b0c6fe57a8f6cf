"""What ACS's grade of a garment means here, in words and tone. Unmapped text means nothing and is shown as it is."""

from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from returns.models import Approval, ReturnItem, WriteOff
from returns.states import ENDED, Grade

TONES = {
    Grade.UNGRADED: ("warn", "clock"),
    Grade.A: ("ok", "check-circle"),
    Grade.B: ("ok", "check-circle"),
    Grade.C: ("info", "minus-circle"),
    Grade.REPAIR: ("info", "wrench-screwdriver"),
    Grade.CLEAN: ("info", "sparkles"),
    Grade.QUARANTINE: ("warn", "no-symbol"),
    Grade.BER: ("bad", "archive-box-x-mark"),
    Grade.LOST: ("bad", "magnifying-glass"),
    Grade.UNKNOWN: ("warn", "question-mark-circle"),
}


class Graded(NamedTuple):
    """One grade, ready to print. Never by colour alone."""

    grade: Grade
    label: str
    tone: str
    icon: str


def meaning(raw: str, target: str | None) -> Grade:
    """Not graded without a text; unknown where the text is not mapped to one of our grades."""
    if not raw:
        return Grade.UNGRADED
    return Grade(target) if target in Grade.values and target != Grade.UNGRADED else Grade.UNKNOWN


def told(raw: str, target: str | None) -> Graded:
    grade = meaning(raw, target)
    return Graded(grade, str(grade.label), *TONES[grade])


def asking() -> QuerySet[ReturnItem]:
    """The garments that are written off as soon as their grade says so: none has a live write-off, and nobody has rejected or reversed
    one since they were graded (`rules.grading.asks_anew`)."""
    live = WriteOff.objects.filter(rfid=OuterRef("rfid")).exclude(state__in=ENDED)
    decided = Approval.objects.filter(write_off__item=OuterRef("pk"), write_off__state__in=ENDED, by__isnull=False)
    decided = decided.filter(word__in=(Approval.Word.REJECTED, Approval.Word.REVERSED))
    since = Exists(decided.filter(at__gte=OuterRef("graded_at"))) | Q(Exists(decided), graded_at=None)
    return ReturnItem.objects.exclude(rfid="").filter(~Exists(live), ~Q(since))


def disagreeing() -> list[int]:
    """The garments whose write-off is not what their grade says now, as after a change of the mapping: graded beyond repair without
    a write-off, or no longer so with one that is still open. One statement."""
    none_yet = Q(grade__target=Grade.BER, pk__in=asking().values("pk"))
    no_longer = ~Q(grade__target=Grade.BER) & Q(write_offs__cause="graded") & ~Q(write_offs__state__in=("rejected", "reversed"))
    return list(ReturnItem.objects.filter(none_yet | no_longer).distinct().order_by("pk").values_list("pk", flat=True))
