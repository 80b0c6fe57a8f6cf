"""A person asks what awaits their decision, what awaits others, and what has been decided."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from exceptions_queue.queries import words as desk_words
from returns.models import WriteOff
from returns.queries import authority
from returns.queries.desk import rows, tabs, who, words
from returns.queries.desk.one import lacks
from returns.queries.evidence import standing_of
from returns.rules.authority import why_not
from returns.states import IN_THE_LEDGER, WAITS_FOR_APPROVAL
from returns.views import Signed

OLD = timedelta(days=5)
APPROVE, COMPLETE = "returns.approve_writeoff", "returns.complete_writeoff"
NOTHING = {
    "mine": "Nothing needs your approval.",
    "others": "Nothing waits for anybody else.",
    "returned": "No question is open.",
    "approved": "Nothing is on its way to the ledger.",
    "posted": "Nothing has been posted yet.",
    "drift": "The ledger shows every journal as we posted it.",
    "ended": "Nothing has been rejected or reversed.",
}


@require_GET
@permission_required("returns.view_writeoff", raise_exception=True)
def write_offs(request: Signed) -> HttpResponse:
    """One tab of the desk. Everything the page shows is in its address."""
    now = timezone.now()
    viewer = viewer_of(request)
    tab = _one_of(request, "tab", _labels(viewer))
    group = _one_of(request, "group", rows.GROUPS)
    tally = tabs.tally(tab, viewer)
    page = rows.page(tab, viewer, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    found = _in_order([row["id"] for row in page.rows])
    picks = tab == "mine" and viewer.approves
    shown = rows.rows_of(found, why_not=_judge(request, found, tab, now), group=group, at=now) if found else []
    context = {
        "tab": tab,
        "label": tabs.LABELS[tab],
        "tabs": _tabs(tally, viewer),
        "group": group,
        "group_choices": list(rows.GROUPS.items()),
        "groups": rows.grouped(shown),
        "page": page,
        "picks": picks,
        "selectable": sum(bool(row.signs) for row in shown) if picks else 0,
        "count": tally.counts[tab],
        "value": words.money(tally.value_pence),
        "unvalued": tally.unvalued,
        "oldest": _oldest(tally.oldest_at, now),
        "order": "the oldest" if tab in tabs.OLDEST_FIRST else "the newest",
        "waiting_tabs": tabs.OLDEST_FIRST,
        "others": tally.counts["others"],
        "nothing": NOTHING[tab],
        "last_posted": "" if shown else _last_posted(now),
        "stands_in": who.stand_ins(request.user, at=now),
    }
    return render(request, "returns/desk.html", context)


def viewer_of(request: Signed) -> tabs.Viewer:
    user = request.user
    return tabs.Viewer(user.pk, approves=user.has_perm(APPROVE), completes=user.has_perm(COMPLETE))


def _one_of(request: Signed, name: str, known: dict[str, str]) -> str:
    """What the address asks for, or the first there is."""
    asked = request.GET.get(name, "")
    return asked if asked in known else next(iter(known))


def _in_order(ids: list[Any]) -> list[WriteOff]:
    found = {one.pk: one for one in rows.with_parts().filter(pk__in=ids)} if ids else {}
    return [found[pk] for pk in ids if pk in found]


def _judge(request: Signed, found: list[WriteOff], tab: str, now: datetime) -> Callable[[WriteOff], str]:
    """Why a row is not this person's to approve; where nobody approves yet, what it lacks. Nothing on the tabs of what is decided."""
    if tab not in ("mine", "others"):
        return lambda one: ""
    standing = standing_of(found)
    person, facts = authority.person_of(request.user, at=now), authority.facts_of(found)

    def why(one: WriteOff) -> str:
        waits = one.state in WAITS_FOR_APPROVAL
        return why_not(person, facts[one.pk]) if waits and person.may else "" if waits else lacks(standing[one.pk])

    return why


def _labels(viewer: tabs.Viewer) -> dict[str, str]:
    """Nothing awaits who may only look."""
    acts = viewer.approves or viewer.completes
    return tabs.LABELS if acts else {key: label for key, label in tabs.LABELS.items() if key != "mine"}


def _tabs(tally: tabs.Tally, viewer: tabs.Viewer) -> list[tuple[str, str, int, str]]:
    base = reverse("returns:write-offs")
    return [(key, label, tally.counts[key], f"{base}?tab={key}") for key, label in _labels(viewer).items()]


def _oldest(moment: datetime | None, now: datetime) -> dict[str, Any]:
    if moment is None:
        return {}
    return {"length": desk_words.brief(now - moment), "full": desk_words.full(moment), "old": now - moment > OLD}


def _last_posted(now: datetime) -> str:
    """ "The last write-off was posted today 09:12, approved by Martin Ortiz." One statement."""
    posted = WriteOff.objects.filter(state__in=IN_THE_LEDGER, journal__posted_at__isnull=False)
    last = posted.select_related("journal", "first_by", "second_by").order_by("-journal__posted_at").first()
    if last is None or last.journal is None or last.journal.posted_at is None:
        return ""
    people = " and ".join(desk_words.name_of(user) for user in (last.first_by, last.second_by) if user)
    return f"The last one was posted {desk_words.moment(last.journal.posted_at, now)}, approved by {people}."
