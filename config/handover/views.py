"""A person looks at how the shift stands, hands it over, or accepts it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.handover import acts, drafting, shown
from config.handover.forms import HandoverForm
from config.handover.waiting import waiting_for
from config.models import Handover
from config.states import HandoverState
from exceptions_queue.actions import Refused
from exceptions_queue.queries import words

LOOK, ACT = "config.view_handover", "config.add_handover"
SHOWN = 10
_TONES = {HandoverState.OPEN: "warn", HandoverState.ACCEPTED: "ok", HandoverState.TAKEN_BACK: "quiet"}


class Signed(HttpRequest):
    user: User


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(LOOK, raise_exception=True)
def page(request: Signed) -> HttpResponse:
    """The draft as it stands now and the last ten hand-overs, older ones by `?before=`; on POST the shift is handed over."""
    return _handed_over(request) if request.method == "POST" else _page(request)


@permission_required(ACT, raise_exception=True)
def _handed_over(request: Signed) -> HttpResponse:
    form = HandoverForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    try:
        row = acts.hand_over(note=form.cleaned_data["note"], actor=request.user, at=timezone.now())
    except Refused as refused:
        return _page(request, form=form, refusal=refused.sentence, status=409)
    messages.success(request, "Handed over. It stays yours until a colleague has accepted it.")
    return redirect("home:handover-one", pk=row.pk)


def _page(request: Signed, *, form: HandoverForm | None = None, refusal: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = _past(request.GET.get("before", ""))
    told = [_told(row, now) for row in rows[:SHOWN]]
    context = {
        "now": words.moment(now, now),
        "figures": shown.live(drafting.figures(at=now), now=now),
        "waiting": waiting_for(request.user, at=now),
        "past": told,
        "older": rows[SHOWN - 1].pk if len(rows) > SHOWN else 0,
        "form": (form or HandoverForm()) if request.user.has_perm(ACT) else None,
        "refusal": refusal,
    }
    return render(request, "home/handover.html", context, status=status)


def _past(before: str) -> list[Handover]:
    """The hand-overs before this one, the latest first, one more than is shown. One statement."""
    rows = Handover.objects.select_related("handed_by", "accepted_by").defer("figures").order_by("-pk")
    known = before.isascii() and before.isdigit() and len(before) < 10
    return list((rows.filter(pk__lt=int(before)) if known else rows)[: SHOWN + 1])


def _told(row: Handover, now: datetime) -> dict[str, Any]:
    """One hand-over in words."""
    accepted = row.accepted_by and row.accepted_at
    return {
        "pk": row.pk,
        "by": words.name_of(row.handed_by),
        "when": words.moment(row.handed_at, now),
        "note": row.note,
        "state": HandoverState(row.state).label,
        "tone": _TONES[HandoverState(row.state)],
        "accepted": f"{words.name_of(row.accepted_by)}, {words.moment(row.accepted_at, now)}" if accepted else "",  # type: ignore[arg-type]
    }


@require_GET
@permission_required(LOOK, raise_exception=True)
def one(request: Signed, pk: int) -> HttpResponse:
    return _one(request, pk)


@require_POST
@permission_required([LOOK, ACT], raise_exception=True)
def accept(request: Signed, pk: int) -> HttpResponse:
    return _acted(request, pk, acts.accept, "The shift is yours.")


@require_POST
@permission_required([LOOK, ACT], raise_exception=True)
def take_back(request: Signed, pk: int) -> HttpResponse:
    return _acted(request, pk, acts.take_back, "Taken back. Nobody is asked to accept it any more.")


def _acted(request: Signed, pk: int, act: Callable[..., None], said: str) -> HttpResponse:
    row = get_object_or_404(Handover.objects.defer("figures"), pk=pk)
    try:
        act(row, actor=request.user, at=timezone.now())
    except Refused as refused:
        return _one(request, pk, refusal=refused.sentence, status=409)
    messages.success(request, said)
    return redirect("home:handover-one", pk=pk)


def _one(request: Signed, pk: int, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """One hand-over as it was frozen, with its note and what may still be done with it."""
    row = get_object_or_404(Handover.objects.select_related("handed_by", "accepted_by"), pk=pk)
    now, mine = timezone.now(), row.handed_by_id == request.user.pk
    told, acts_here = _told(row, now), request.user.has_perm(ACT) and row.state == HandoverState.OPEN
    context = {
        "each": told,
        "full": words.full(row.handed_at),
        "figures": shown.frozen(row.figures),
        "may_accept": acts_here and not mine,
        "may_take_back": acts_here and mine,
        "refusal": refusal,
    }
    return render(request, "home/handover_one.html", context, status=status)
