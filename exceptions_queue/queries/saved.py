"""The views of the queue that a person may use: their own, and those that colleagues share."""

from dataclasses import dataclass

from django.contrib.auth.models import Permission, User
from django.db.models import Exists, OuterRef, Q

from exceptions_queue.models import SavedView


@dataclass(frozen=True)
class View:
    """`by` names the colleague who shares it, "" for one's own; `left` says that they are no longer here or share no more."""

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
    held = Q(group__user=OuterRef("author")) | Q(user=OuterRef("author"))
    shares = Permission.objects.filter(held, content_type__app_label="exceptions_queue", codename="share_savedview")
    rows = SavedView.objects.filter(of).select_related("author").annotate(author_shares=Exists(shares))
    return sorted((_view(row, user) for row in rows), key=lambda view: (not view.own, view.name.lower(), view.pk))


def _view(row: SavedView, user: User) -> View:
    own = row.author_id == user.pk
    by = "" if own else (row.author.get_full_name() or row.author.get_username()) if row.author else "somebody"
    left = not own and not _is_kept(row)
    return View(row.pk, row.name, row.query, row.shared, by, left, own)


def _is_kept(row: SavedView) -> bool:
    """Is its author still somebody who may share and delete it?"""
    return bool(row.author and row.author.is_active and (row.author.is_superuser or row.author_shares))  # type: ignore[attr-defined]
