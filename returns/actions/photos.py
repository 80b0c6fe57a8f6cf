"""Do it: take the photos that ACS names, or that people bring. What is no photo by its bytes is refused, whoever sends it."""

import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F

from exceptions_queue.audit import record
from partners import connect
from partners.errors import PartnerError, Rejected, Unreadable
from returns.actions import drafting, raising
from returns.models import Photo, ReturnItem, WriteOff
from returns.rules.photos import NotAPhoto, pause_after, type_of
from returns.states import Cause

AT_ONCE, LONGEST_S = 60, 60.0
MOST_OF_ONE = 30
NOT_FOUND = 404
SAME = "It is the same as another photo of this garment."

Clock = Callable[[], datetime]


class Refused(Exception):
    """The photo is not kept. `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def fetch_due(clock: Clock) -> dict[str, int]:
    """Fetch the photos whose time has come, the longest waiting first; each try is counted. Stops after a minute.

    A refusal for good is not tried again; a host that does not answer, or is not allowed yet, comes again later, each time after a
    longer pause. The write-offs that waited for a photo are looked at together in the end; where that is cut off, the hourly look
    does it.
    """
    began, counts, shown = time.monotonic(), {"kept": 0, "refused": 0, "later": 0}, set[int]()
    due = Photo.objects.filter(try_at__lte=clock(), content=None).order_by("try_at", "pk")
    source = connect.photo_source()
    for photo in list(due.only("item_id", "source_url", "tries")[:AT_ONCE]):
        if time.monotonic() - began > LONGEST_S:
            break
        became = _fetch(photo, source.fetch, clock)
        counts[became] += 1
        shown |= {photo.item_id} if became == "kept" else set()
    if shown:
        with transaction.atomic():
            _follow(sorted(shown), at=clock())
    return counts


def _follow(item_ids: Sequence[int], *, at: datetime) -> None:
    """What is written off of these garments is drafted anew: a photo is part of what is signed. Whoever brings one does not approve."""
    raising.look(item_ids, at=at)
    by_hand = WriteOff.objects.filter(item__in=item_ids).exclude(cause=Cause.GRADED)
    drafting.redraft(list(by_hand.values_list("pk", flat=True)), at=at)


def _fetch(photo: Photo, fetch: Callable[[str], bytes], clock: Clock) -> str:
    try:
        content = fetch(photo.source_url)
        return _keep(photo, content, type_of(content), at=clock())
    except NotAPhoto as refusal:
        return _fail(photo, refusal.sentence, at=clock(), final=True)
    except PartnerError as trouble:
        final = isinstance(trouble, Rejected | Unreadable) and trouble.status not in (None, NOT_FOUND)
        return _fail(photo, trouble.sentence, at=clock(), final=final)


def _keep(photo: Photo, content: bytes, kind: str, *, at: datetime) -> str:
    try:
        with transaction.atomic():
            waiting = Photo.objects.filter(pk=photo.pk, content=None)
            waiting.update(**_columns(content, kind, at), tries=F("tries") + 1, try_at=None, why="")
    except IntegrityError:
        return _fail(photo, SAME, at=at, final=True)
    return "kept"


def _fail(photo: Photo, why: str, *, at: datetime, final: bool) -> str:
    pause = None if final else pause_after(photo.tries + 1)
    again = at + pause if pause else None
    Photo.objects.filter(pk=photo.pk, content=None).update(why=why[:200], tries=F("tries") + 1, try_at=again)
    return "later" if again else "refused"


def _columns(content: bytes, kind: str, at: datetime) -> dict[str, object]:
    digest = hashlib.sha256(content).hexdigest()
    return {"content": content, "content_type": kind, "sha256": digest, "bytes": len(content), "kept_at": at}


def try_again(photo: Photo, *, actor: User, at: datetime) -> bool:
    """Have a photo that could not be taken fetched once more, from the first try on. False where there is nothing to fetch."""
    with transaction.atomic():
        waiting = Photo.objects.filter(pk=photo.pk, content=None).exclude(source_url="")
        asked = waiting.update(try_at=at, tries=0, why="")
        if asked:
            record("photo asked for again", photo.item, actor=actor, at=at, after={"photo": photo.pk})
    return bool(asked)


def add_photo(item: ReturnItem, content: bytes, *, actor: User, at: datetime) -> Photo:
    """Keep a photo that a person brings; audited with its hash. Raises Refused with a sentence."""
    try:
        kind = type_of(content)
    except NotAPhoto as refusal:
        raise Refused(refusal.sentence) from refusal
    try:
        with transaction.atomic():
            ReturnItem.objects.select_for_update().get(pk=item.pk)
            if Photo.objects.filter(item=item).exclude(sha256="").count() >= MOST_OF_ONE:
                raise Refused(f"There are {MOST_OF_ONE} photos of this garment already.")
            photo = Photo.objects.create(item=item, uploaded_by=actor, **_columns(content, kind, at))
            record("photo added", item, actor=actor, at=at, after={"sha256": photo.sha256, "bytes": photo.bytes})
            _follow([item.pk], at=at)
    except IntegrityError as same:
        raise Refused(SAME) from same
    return photo
