"""Who graded garments at ACS, and which of them is somebody here?"""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count, Max

from exceptions_queue.queries import words as desk_words
from partners.mappings import fold
from returns.models import GraderLink, ReturnItem

MOST = 300


class Grader(NamedTuple):
    """`who` is empty while nobody here is this grader; `last` is empty for a name that no return carries."""

    name: str
    garments: int
    last: str
    who: str


def graders(*, at: datetime) -> list[Grader]:
    """Every name that a return carries or that is linked, who graded most first, each name once however ACS writes it. Two statements."""
    links = {fold(row.grader): row for row in GraderLink.objects.select_related("user")}
    seen: dict[str, dict[str, Any]] = {key: {"grader": row.grader, "garments": 0, "last": None} for key, row in links.items()}
    for row in _graded():
        known = seen.setdefault(fold(row["grader"]), {"grader": row["grader"], "garments": 0, "last": None})
        known["garments"] += row["garments"]
        known["last"] = max(filter(None, (known["last"], row["last"])), default=None)
    found = [_grader(row, links.get(key), at) for key, row in seen.items()]
    return sorted(found, key=lambda each: (-each.garments, each.name))


def people() -> list[tuple[int, str]]:
    """Who can sign in, as choices. One statement."""
    able = User.objects.filter(is_active=True).order_by("first_name", "last_name", "username")
    return [(user.pk, desk_words.name_of(user)) for user in able]


def _graded() -> list[dict[str, Any]]:
    named = ReturnItem.objects.exclude(grader="").values("grader")
    rows = named.annotate(garments=Count("pk"), last=Max("graded_at")).order_by("-garments", "grader")[:MOST]
    return [dict(row) for row in rows]


def _grader(row: dict[str, Any], link: GraderLink | None, at: datetime) -> Grader:
    last = desk_words.moment(row["last"], at) if row["last"] else ""
    return Grader(row["grader"], row["garments"], last, desk_words.name_of(link.user) if link else "")
