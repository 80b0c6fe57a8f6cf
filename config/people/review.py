"""Every 90 days somebody looks through everybody's access and signs for it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from config.models import AccessReview
from config.people.access import Standing, roles_of
from config.people.acts import Refused
from config.people.queries import Row, people
from exceptions_queue.audit import record
from exceptions_queue.queries import words

EVERY = timedelta(days=90)
SHOWN = 20  # five years of them
NOT_ASKED_OF = (Standing.LEFT, Standing.ENDED)  # they can no longer sign in
CHANGED = "Somebody's access changed while you read the list. Look again, then sign."


@dataclass(frozen=True)
class Due:
    """Whether a review is due, in a sentence."""

    is_overdue: bool
    sentence: str


def to_review(*, at: datetime) -> list[Row]:
    """Everybody who can sign in or will, by name. As many statements as the list of people."""
    return [row for row in people(at=at) if row.standing not in NOT_ASKED_OF]


def hash_of(rows: Sequence[Row]) -> str:
    """What a signature is for: any change of a person, a role, a standing or a second step makes another."""
    return hashlib.sha256(json.dumps(_seen(rows), sort_keys=True).encode()).hexdigest()


def _seen(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "user": row.user.pk,
            "roles": sorted(roles_of(row.user)),
            "standing": row.standing.value,
            "two_step": row.two_step,
            "superuser": row.user.is_superuser,
            "dates": row.dates,
        }
        for row in sorted(rows, key=lambda row: row.user.pk)
    ]


def signed() -> list[AccessReview]:
    """The newest signatures first, at most 20. One statement."""
    return list(AccessReview.objects.select_related("signed_by").defer("seen").order_by("-signed_at", "-pk")[:SHOWN])


def due(reviews: Sequence[AccessReview], *, at: datetime) -> Due:
    """Is the next one overdue? `reviews` are the newest first."""
    if not reviews:
        return Due(True, "Nobody has reviewed access yet. It is due now, and every 90 days.")
    last = reviews[0].signed_at
    if at - last > EVERY:
        return Due(True, f"The last review was {words.moment(last, at)}: more than 90 days ago, so it is overdue.")
    return Due(False, f"The last review was {words.moment(last, at)}. The next is due by {words.full(last + EVERY)}.")


def sign(*, seen_hash: str, reason: str, actor: User, at: datetime) -> AccessReview:
    """Sign for everybody's access as it was seen. Raises Refused without a word, and where anything changed since it was shown."""
    reason = reason.strip()
    if not reason:
        raise Refused("Say what you looked at and what follows, such as: all roles as their managers confirmed them.")
    rows = to_review(at=at)
    if hash_of(rows) != seen_hash:
        raise Refused(CHANGED)
    with transaction.atomic():
        facts = {"people": len(rows), "seen": _seen(rows), "seen_hash": seen_hash}
        review = AccessReview.objects.create(signed_by=actor, signed_at=at, reason=reason[:400], **facts)
        record("access reviewed", review, actor=actor, at=at, after={"people": len(rows), "hash": seen_hash}, reason=reason)
    return review
