"""Views of the queue that people keep and share."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from exceptions_queue import audit
from exceptions_queue.actions.outcomes import Refused
from exceptions_queue.models import SavedView

MOST = 40


def save_view(*, name: str, query: str, shared: bool, owner: str, author: User, at: datetime) -> SavedView:
    """Keep a question under a name. Raises Refused without a name, for a name this person uses already, and for more than forty."""
    if not name.strip():
        raise Refused("Give the view a name.", "name")
    if SavedView.objects.filter(author=author).count() >= MOST:
        raise Refused(f"You keep {MOST} views already. Delete one you do not use.", "name")
    try:
        with transaction.atomic():
            view = SavedView.objects.create(
                name=name.strip()[:60], query=query[:500], shared=shared, owner=owner, author=author, created_at=at
            )
            audit.record("view saved", view, actor=author, at=at, after={"query": view.query, "shared": shared})
    except IntegrityError as twin:
        raise Refused("You have a view of this name already.", "name") from twin
    return view


def drop_view(view: SavedView, *, actor: User, at: datetime) -> None:
    """Delete a view of one's own, or a shared one whose author has left or lost the role. Raises Refused for a colleague's."""
    if view.author_id != actor.pk and not _left(view):
        raise Refused("It is a colleague's view: only they may delete it.")
    with transaction.atomic():
        audit.record("view deleted", view, actor=actor, at=at, before={"query": view.query})
        view.delete()


def _left(view: SavedView) -> bool:
    """has_perm knows nobody who is not active."""
    return view.shared and (view.author is None or not view.author.has_perm("exceptions_queue.share_savedview"))
