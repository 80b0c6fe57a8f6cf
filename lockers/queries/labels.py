"""Labels: what waits, grouped by why, and what was made."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from lockers.models import LabelAttempt, Parcel
from lockers.states import AttemptState, ParcelState, Remedy

SHOWN = 100


@dataclass
class Cause:
    """Labels that failed for the same reason. `again` holds those that a person may have tried again."""

    remedy: str
    reason: str
    to_do: str
    attempts: list[LabelAttempt] = field(default_factory=list)

    @property
    def words(self) -> str:
        return Remedy(self.remedy).label

    @property
    def again(self) -> list[LabelAttempt]:
        return [attempt for attempt in self.attempts if attempt.state == AttemptState.REFUSED]


def causes() -> list[Cause]:
    """What keeps pending parcels from their labels, the most frequent first. One statement."""
    grouped: dict[tuple[Any, ...], Cause] = {}
    for attempt in latest_attempts().exclude(remedy=""):
        first = attempt.problems[0] if attempt.problems else {}
        facts = (attempt.remedy, first.get("reason", "InPost gave no reason."), first.get("to_do", ""))
        grouped.setdefault(facts, Cause(*facts)).attempts.append(attempt)
    return sorted(grouped.values(), key=lambda cause: -len(cause.attempts))


def latest_attempts() -> QuerySet[LabelAttempt]:
    """The latest attempt of each parcel that still has no label."""
    later = LabelAttempt.objects.filter(parcel=OuterRef("parcel"), number__gt=OuterRef("number"))
    pending = LabelAttempt.objects.filter(~Exists(later), parcel__state=ParcelState.LABEL_PENDING)
    return pending.select_related("parcel").order_by("parcel__created_at", "pk")


def being_made() -> list[LabelAttempt]:
    """Asked for, and nothing wrong so far."""
    return list(latest_attempts().filter(remedy="")[:SHOWN])


def labelled() -> list[Parcel]:
    """Labelled and not yet on a closed manifest, the latest first, each with `copies_made`."""
    rows = Parcel.objects.filter(state=ParcelState.LABELLED).annotate(copies_made=Count("copies"))
    return list(rows.order_by("-labelled_at", "-pk")[:SHOWN])


def counts() -> dict[str, int]:
    """How many wait for a label and how many wait for a manifest."""
    pending, made = (Count("pk", filter=Q(state=state)) for state in (ParcelState.LABEL_PENDING, ParcelState.LABELLED))
    return Parcel.objects.filter(state__in=(ParcelState.LABEL_PENDING, ParcelState.LABELLED)).aggregate(pending=pending, labelled=made)
