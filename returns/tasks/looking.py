"""The clock asks: what came back, and what nobody has decided yet."""

from django.db import transaction
from django.utils import timezone

from returns.actions import cases, matching, photos, raising, refunds
from returns.queries.grades import disagreeing


def fetch_photos() -> dict[str, int]:
    """Fetch the photos that ACS names. Rung by the feed, and by the clock for those that are tried again."""
    return photos.fetch_due(timezone.now)


def look_at_returns() -> dict[str, int]:
    """Match returns to orders that came since, and make refunds and cases about returns true: time passes even where nothing is told."""
    at = timezone.now()
    with transaction.atomic():
        matched = matching.match()
    proposed = refunds.look_again(at=at).proposed
    return {"matched": matched, "refunds": proposed} | cases.look_at_returns(at=at) | {"overdue": cases.look_at_overdue(at=at)}


def look_at_grades() -> dict[str, int]:
    """A grade means something else from now on: make the write-offs and the refunds equal to it."""
    at = timezone.now()
    with transaction.atomic():
        ids = disagreeing()
        if ids:
            raising.look(ids, at=at)
    refunds.look_again(at=at)
    return {"looked_at": len(ids)}


def look_at_write_offs() -> dict[str, int]:
    """Raise what a stock file called ex-hired without a reason, and draft anew what nobody has decided: costs and closed months change."""
    at = timezone.now()
    return {"raised": raising.look_ex_hired(at=at).raised, "drafted": raising.look_again(at=at)}
