"""Labels: what waits, grouped by why, and what was made."""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from lockers.models import Label, LabelAttempt, Parcel
from lockers.queries.copies import MOST
from lockers.rules.remedies import Place, place_of
from lockers.states import AttemptState, ParcelState, Remedy

SHOWN = 100
TRIED = "labels-tried"  # in a session: what became of the labels that this person last had tried again


@dataclass
class Cause:
    """Labels that failed for the same reason. `names` is InPost's field, `again` holds those that a person may have tried again."""

    remedy: str
    reason: str
    to_do: str
    names: str = ""
    attempts: list[LabelAttempt] = field(default_factory=list)

    @property
    def words(self) -> str:
        """ "Try again", "Reconnect", or "Fix first: the mobile"."""
        label = str(Remedy(self.remedy).label)
        return f"{label}: {self.place.words}" if self.remedy == Remedy.FIX_FIRST and self.place.words else label

    @property
    def place(self) -> Place:
        """Where what InPost names is put right."""
        return place_of(self.names)

    @property
    def again(self) -> list[LabelAttempt]:
        return [attempt for attempt in self.attempts if attempt.state == AttemptState.REFUSED]


def causes() -> list[Cause]:
    """What keeps pending parcels from their labels, the most frequent first. One statement."""
    grouped: dict[tuple[str, ...], Cause] = {}
    for attempt in latest_attempts().exclude(remedy=""):
        first = attempt.problems[0] if attempt.problems else {}
        facts = (attempt.remedy, first.get("reason", "InPost gave no reason."), first.get("to_do", ""))
        grouped.setdefault(facts, Cause(*facts, names=first.get("field", ""))).attempts.append(attempt)
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


def not_printed() -> list[int]:
    """Labelled parcels of which no copy was given out yet, the oldest first: what a batch prints."""
    rows = Parcel.objects.filter(state=ParcelState.LABELLED, copies__isnull=True, labels__format=Label.Format.ZPL)
    return list(rows.order_by("labelled_at", "pk").values_list("pk", flat=True)[:MOST])


def counts() -> dict[str, int]:
    """How many wait for a label and how many wait for a manifest."""
    pending, made = (Count("pk", filter=Q(state=state)) for state in (ParcelState.LABEL_PENDING, ParcelState.LABELLED))
    return Parcel.objects.filter(state__in=(ParcelState.LABEL_PENDING, ParcelState.LABELLED)).aggregate(pending=pending, labelled=made)
