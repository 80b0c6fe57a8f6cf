"""What the next shift must know, counted from rows: open risk, promises, holds about to end, stale feeds, the day's manifests."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from config.freshness import freshness
from exceptions_queue import calendars
from exceptions_queue.catalogue import sentence
from exceptions_queue.models import ExceptionCase, Hold
from exceptions_queue.queries import rail
from exceptions_queue.queries.rows import clause
from exceptions_queue.states import CaseState
from lockers.models import Manifest
from lockers.queries.manifests import waiting

Figures = dict[str, Any]
ROWS = 10
AHEAD = timedelta(hours=24)  # what comes back later than this is the business of a later shift
_PROMISE = ("id", "code", "evidence", "order_number", "subject_label", "owner", "waiting_since", "back_at")


def figures(*, at: datetime) -> Figures:
    """How the desk stands at `at`, as JSON: instants ISO 8601, money in pence, no customer's data. Eight statements whatever the size.

    Lists hold the first ten rows; their counts are of all.
    """
    cutoff_at = calendars.shown_clock(at=at).release_due(at=at).due_at
    counts = rail.counts(user_id=None, cutoff_at=cutoff_at, at=at)
    return {
        "at": at.isoformat(),
        "cutoff_at": cutoff_at.isoformat(),
        "risk": risk(at=at),
        "waiting": counts.waiting,
        "snoozed": counts.snoozed,
        "promises": promises(at=at),
        "holds": holds(until=cutoff_at),
        "feeds": feeds(at=at),
        "manifests": manifests(at=at),
        "unmanifested": waiting().count(),
    }


def risk(*, at: datetime) -> list[dict[str, Any]]:
    """Open cases that block something, a row per desk, the most first. An order's value counts once per desk. One statement."""
    blocking = _blocking().annotate(counted_before=Exists(_earlier_of_the_order()))
    rows = (
        blocking.order_by()
        .values("owner")
        .annotate(
            cases=Count("pk"),
            late=Count("pk", filter=Q(due_at__lte=at)),
            oldest=Min("opened_at"),
            value=Sum("value_pence", filter=Q(counted_before=False), default=0),
        )
    )
    return [
        {
            "owner": row["owner"],
            "cases": row["cases"],
            "late": row["late"],
            "oldest_at": row["oldest"].isoformat(),
            "value_pence": int(row["value"]),
        }
        for row in rows.order_by("-cases", "owner")
    ]


def _blocking() -> QuerySet[ExceptionCase]:
    return ExceptionCase.objects.filter(state=CaseState.OPEN).exclude(blocks="")


def _earlier_of_the_order() -> QuerySet[ExceptionCase]:
    """The same desk's blocking cases of the same order that came before."""
    same = _blocking().filter(order_number=OuterRef("order_number"), owner=OuterRef("owner"), pk__lt=OuterRef("pk"))
    return same.exclude(order_number="")


def promises(*, at: datetime) -> list[dict[str, Any]]:
    """The first cases that wait for a customer or come back from a snooze within a day, the soonest first. One statement."""
    soon = Q(snoozed_until__gt=at, snoozed_until__lte=at + AHEAD)
    cases = ExceptionCase.objects.filter(soon | Q(waiting_since__isnull=False), state=CaseState.OPEN)
    back = cases.annotate(back_at=Coalesce("waiting_until", "snoozed_until")).order_by(F("back_at").asc(nulls_last=True), "pk")
    return [
        {
            "case": case["id"],
            "name": case["order_number"] or case["subject_label"],
            "sentence": clause(sentence(case["code"], case["evidence"])),
            "owner": case["owner"],
            "waits": case["waiting_since"] is not None,
            "back_at": case["back_at"] and case["back_at"].isoformat(),
        }
        for case in back.values(*_PROMISE)[:ROWS]
    ]


def holds(*, until: datetime) -> dict[str, Any]:
    """Holds that stand and end by then, those that have ended first. The reason stays with the hold. Two statements."""
    ending = Hold.objects.filter(cleared_at__isnull=True, until__lte=until)
    rows = ending.order_by("until", "pk").values_list("subject_label", "owner", "until")[:ROWS]
    return {
        "count": ending.count(),
        "rows": [{"name": name, "owner": owner, "until": ends.isoformat()} for name, owner, ends in rows if ends],
    }


def feeds(*, at: datetime) -> list[dict[str, Any]]:
    """The feeds that are late, with the age of their last good run in seconds; None for one that never had any. One statement."""
    late = (one for one in freshness(at) if one.late)
    return [{"feed": one.feed, "age_s": None if one.age is None else int(one.age.total_seconds())} for one in late]


def manifests(*, at: datetime) -> list[dict[str, Any]]:
    """The manifests of the day's collections. One statement."""
    today = Manifest.objects.filter(collection_on=timezone.localdate(at)).annotate(on_it=Count("parcels"))
    return [
        {
            "pk": row.pk,
            "site": row.site_key,
            "cutoff_at": row.cutoff_at.isoformat(),
            "state": row.state,
            "parcels": row.on_it,
            "closed_at": row.closed_at and row.closed_at.isoformat(),
        }
        for row in today.order_by("cutoff_at", "pk")
    ]
