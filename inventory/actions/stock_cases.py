"""Do it: let the cases of the stock open and close as the facts are."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from exceptions_queue import actions as desk
from exceptions_queue.calendars import default_clock
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from inventory import problems
from inventory.models import Garment
from partners.models import CodeMapping, Feed

FEED = "acs.stock"

Evidence = Mapping[str, Any]


def look_at_garments(jumps: Mapping[int, tuple[str, str]], *, as_of: datetime, at: datetime) -> None:
    """After a file: statuses nobody has mapped, garments that are missing, jumped or do not move.

    `jumps` {garment: (text before, text now)} are the moves of this file from where nothing comes back into a sellable state; one
    that was not moved again keeps its case. In the caller's transaction. A handful of statements, however many garments there are.
    """
    with transaction.atomic():
        look_at_statuses(at=at)
        _reconcile(Code.STK_RFID_MISSING, problems.missing_for_good(), at=at)
        _reconcile(Code.STK_STALLED, problems.stalled(as_of=as_of), at=at)
        _look_at_jumps(jumps, at=at)


def look_at_statuses(*, at: datetime) -> None:
    """One case for each of ACS's texts that has no meaning yet. Call it too when a mapping was changed."""
    findings = [
        desk.Finding(pk, {Code.STK_UNMAPPED: evidence} if evidence else {}, desk.Card(label=raw, url=reverse("partners:mappings")))
        for pk, raw, evidence in problems.unmapped_statuses()
    ]
    desk.reconcile_many(CodeMapping, findings, scope=frozenset({Code.STK_UNMAPPED}), at=at)


def end_jump(garment: Garment, *, at: datetime) -> None:
    """A person has confirmed the move, with the garment's row locked: its case is over."""
    _reconcile(Code.STK_JUMP, {}, at=at, over=[garment.pk])


def look_at_feed(*, at: datetime) -> bool:
    """Whether today's file is late: a case on the feed says so until one of today or later is applied."""
    feed = Feed.objects.filter(name=FEED).first()
    if feed is None:
        return False
    by = time.fromisoformat(settings.ACS_STOCK_BY)
    evidence = problems.late_feed(feed.last_content_at, default_clock(at=at), by=by, at=at)
    found: dict[str, Evidence] = {Code.STK_FEED_LATE: evidence} if evidence else {}
    with transaction.atomic():
        desk.reconcile(
            feed, scope=frozenset({Code.STK_FEED_LATE}), found=found, card=desk.Card(label=FEED, url=reverse("partners:sync")), at=at
        )
    return bool(evidence)


def _look_at_jumps(jumps: Mapping[int, tuple[str, str]], *, at: datetime) -> None:
    named = dict(Garment.objects.filter(pk__in=list(jumps)).values_list("pk", "rfid")) if jumps else {}
    found = {
        pk: (rfid, {"field": "status", "fault": "jump", "rfid": rfid, "from": jumps[pk][0], "to": jumps[pk][1]})
        for pk, rfid in named.items()
    }
    _reconcile(Code.STK_JUMP, found, at=at, over=problems.left_sale_again())


def _reconcile(code: Code, found: Mapping[int, tuple[str, Evidence]], *, at: datetime, over: Iterable[int] | None = None) -> None:
    """Open what was found; close what `over` names, or else every open case of this code that was not found again."""
    if over is None:
        cases = ExceptionCase.objects.filter(pk__in=_open_cases(code)).values_list("subject_id", flat=True)
        over = set(cases) - set(found)
    findings = [desk.Finding(pk, {code: evidence}, desk.Card(label=rfid, url=_page(rfid))) for pk, (rfid, evidence) in found.items()]
    findings += [desk.Finding(pk, {}, desk.Card(label="", url="")) for pk in over if pk not in found]
    if findings:
        desk.reconcile_many(Garment, findings, scope=frozenset({code}), at=at)


def _open_cases(code: Code) -> Any:
    return ExceptionCase.objects.filter(code=code, lapsed_at__isnull=True).exclude(state="cured").values("pk")


def _page(rfid: str) -> str:
    """The garment's page: an address by text, because it is built beside this."""
    return f"/stock/garments/{rfid}/"[:200]
