"""What people write on the reference: the house's own words as versions, and whether a page was enough."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from exceptions_queue import audit
from exceptions_queue.models import ReferenceFeedback, ReferenceNote


class SavedMeanwhile(Exception):
    """Somebody else has written a version since this person opened the page. Nothing was saved."""


def write_words(code: str, text: str, *, seen: int, actor: User, at: datetime) -> ReferenceNote | None:
    """Add the version after `seen` (0 for the first); None where the words are already those. "" takes them off the page.

    Raises SavedMeanwhile when `seen` is no longer the latest version: the database lets each number be written once.
    """
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    latest = ReferenceNote.objects.filter(code=code).order_by("-version").first()
    if (latest.version if latest else 0) != seen:
        raise SavedMeanwhile
    if text == (latest.text if latest else ""):
        return None
    try:
        with transaction.atomic():
            note = ReferenceNote.objects.create(code=code, version=seen + 1, text=text, written_by=actor, written_at=at)
            audit.record("reference words written", note, actor=actor, at=at, after={"version": note.version, "letters": len(text)})
    except IntegrityError as quicker:
        raise SavedMeanwhile from quicker
    return note


def say_enough(code: str, *, enough: bool, sentence: str, actor: User, at: datetime) -> ReferenceFeedback:
    """Keep what a reader says of a page today, in the place of what they said earlier in the day."""
    said = {"enough": enough, "sentence": sentence.strip(), "said_at": at}
    row, _ = ReferenceFeedback.objects.update_or_create(code=code, user=actor, on=timezone.localdate(at), defaults=said)
    return row
