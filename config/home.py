"""Today: how long is left, which orders to save, where every order is. Each number links to exactly the rows it counts."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from config import cockpit
from config.cockpit import Number
from config.handover.waiting import waiting_for
from exceptions_queue import calendars
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.queries import rail, words
from exceptions_queue.states import Owner
from inventory.models import Product
from inventory.queries import UNKNOWN_SIZE
from orders.queries import integrity
from partners.queries.banners import Latest, feeds_with_latest, is_late
from partners.queries.words import clock_time
from partners.states import feed_kind

TOP_CODES = 6


class Signed(HttpRequest):
    user: User


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def today(request: Signed) -> HttpResponse:
    """The cockpit of this person's desk; `?desk=all` widens it to every desk."""
    now = timezone.now()
    desk = cockpit.desk_of(cockpit.roles_of(request.user))
    shown = None if request.GET.get("desk") == "all" else desk
    clock = calendars.shown_clock(at=now)
    gate = cockpit.gate(clock, at=now)
    counts = rail.counts(user_id=request.user.pk, cutoff_at=clock.release_due(at=now).due_at, at=now)
    context = {
        "day": words.day(timezone.localtime(now)),
        "now": words.moment(now, now),
        "gate": gate,
        "clear": not counts.total,
        "tabs": _tabs(desk, shown),
        "causes": _causes(counts, shown),
        "owners": _owners(counts),
        "people": [Number(counts.mine, "Assigned to me", _queue(assignee="me")), _unassigned(counts)],
        **_risk(gate, shown, now),
        **_rooms(request.user, desk, now),
    }
    return render(request, "home/today.html", context)


def _risk(gate: cockpit.Gate, desk: Owner | None, now: datetime) -> dict[str, Any]:
    """What is due by the next gate; where that is nothing, by the one after it."""
    for closes_at, when in ((gate.closes_at, gate.when), (gate.next_at, gate.next_when)):
        found = cockpit.at_risk(closes_at, desk)
        risk = cockpit.risk(found)
        if risk.cases:
            due = Number(risk.cases, "cases", _queue(**cockpit.asked_for(closes_at, desk)))
            return {"risk": risk, "before": when, "due": due, "rows": cockpit.to_save(found, at=now)}
    return {"risk": cockpit.Risk(0, 0)}


def _rooms(user: User, desk: Owner | None, now: datetime) -> dict[str, Any]:
    """What the other rooms have to say, to whoever may look there."""
    numbers = cockpit.stages() if user.has_perm("orders.view_order") else []
    if desk == Owner.MERCHANDISING and user.has_perm("inventory.view_product"):
        numbers = [_unsized(), *numbers]
    watches = desk == Owner.INTEGRATION and user.has_perm("partners.view_syncrun")
    unsigned = integrity.unsigned() if user.has_perm("orders.view_integrityrun") else None
    waiting = cockpit.collection() if user.has_perm("lockers.close_manifest") else None
    return {
        "write_offs": cockpit.write_offs(user) if user.has_perm("returns.approve_writeoff") else None,
        "stages": numbers,
        "unsigned": unsigned,
        "collection": waiting,
        "shifts": waiting_for(user, at=now) if user.has_perm("config.add_handover") else [],
        "feeds": [_feed(latest, now) for latest in feeds_with_latest()] if watches else [],
    }


def _queue(**asked: str) -> str:
    return f"{reverse('queue:list')}?{urlencode(asked)}"


def _tabs(desk: Owner | None, shown: Owner | None) -> list[tuple[str, str, bool]]:
    """My desk, every desk; nothing to choose for whoever answers for all of them."""
    if not desk:
        return []
    here = reverse("home:today")
    return [(f"{desk.label} desk", here, bool(shown)), ("Every desk", f"{here}?desk=all", not shown)]


def _owners(counts: rail.Counts) -> list[Number]:
    return [Number(counts.by_owner[owner], Owner(owner).label, _queue(owner=owner)) for owner in Owner.values if counts.by_owner[owner]]


def _unassigned(counts: rail.Counts) -> Number:
    return Number(counts.unassigned, "Unassigned", _queue(assignee="none"), "warn" if counts.unassigned else "")


def _causes(counts: rail.Counts, desk: Owner | None) -> list[dict[str, Any]]:
    """The most frequent kinds of case, of one desk or of all, in words."""
    narrowed = {"owner": desk.value} if desk else {}
    top = [(code, count) for code, count in counts.by_code(desk.value if desk else "").most_common(TOP_CODES) if count > 0]
    return [
        {"label": CATALOGUE[code].title if code in CATALOGUE else code, "value": count, "url": _queue(code=code, **narrowed)}
        for code, count in top
    ]


def _unsized() -> Number:
    """Products that nobody can check against a locker. One statement."""
    count = Product.objects.filter(UNKNOWN_SIZE).count()
    return Number(count, "Products without size or weight", f"{reverse('inventory:products')}?size=missing", "warn" if count else "")


def _feed(latest: Latest, now: datetime) -> dict[str, str]:
    """One feed in a line: how it is, and when it was last read."""
    read = f"last read {clock_time(latest.feed.last_good_at, now)}" if latest.feed.last_good_at else "never read"
    tone, word = "ok", "On time"
    if latest.is_held:
        tone, word = "bad", "Held"
    elif latest.feed.paused:
        tone, word = "warn", "Paused"
    elif is_late(latest, now):
        tone, word = "bad", "Late"
    url = f"{reverse('partners:sync')}?{urlencode({'feed': latest.feed.name})}"
    return {"title": feed_kind(latest.feed.name).title, "read": read, "tone": tone, "word": word, "url": url}
