"""The views of the queue that a person may use: their own, and those that colleagues share."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q

from exceptions_queue.models import SavedView


@dataclass(frozen=True)
class View:
    """`by` names the colleague who shares it, "" for one's own; `left` says that they are no longer here."""

    pk: int
    name: str
    query: str
    shared: bool
    by: str
    left: bool
    own: bool


def views_for(user: User, *, roles: frozenset[str]) -> list[View]:
    """Own views first, then shared ones of these desks or of every desk. One statement."""
    of = Q(author=user) | Q(shared=True, owner__in=["", *roles])
    rows = SavedView.objects.filter(of).select_related("author")
    return sorted((_view(row, user) for row in rows), key=lambda view: (not view.own, view.name.lower(), view.pk))


def _view(row: SavedView, user: User) -> View:
    own = row.author_id == user.pk
    by = "" if own else (row.author.get_full_name() or row.author.get_username()) if row.author else "somebody"
    left = not own and (row.author is None or not row.author.is_active)
    return View(row.pk, row.name, row.query, row.shared, by, left, own)
