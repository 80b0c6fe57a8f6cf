"""A person asks what a changed meaning would do, and lets it be done: rehearse, publish, approve, refuse, roll back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.moves import IllegalMove
from exceptions_queue.queries import sheets
from inventory import actions
from inventory.actions import EffectChanged
from inventory.forms import WhyForm
from inventory.queries import SkuEffect
from inventory.queries import rehearsals as shown
from inventory.views import Signed
from partners.actions import meanings
from partners.actions.meanings import NeedsAnother, NotYours
from partners.mappings import StaleMapping
from partners.models import CodeMapping, MappingProposal

REFUSALS = (EffectChanged, IllegalMove, NeedsAnother, NotYours, StaleMapping)
HEAD = ("SKU", "Garments that move", "There for orders before", "There for orders after", "For sale before", "For sale after", "Change")


@require_GET
@permission_required("partners.view_codemapping", raise_exception=True)
def page(request: Signed, pk: int) -> HttpResponse:
    return _page(request, _proposal(pk))


@require_POST
@permission_required("partners.change_codemapping", raise_exception=True)
def rehearse(request: Signed, pk: int) -> HttpResponse:
    """Work it out on what is there now: the effect as a fragment, or its page where there is no script."""
    proposal = _proposal(pk)
    try:
        actions.rehearse_meanings(proposal, actor=request.user, at=timezone.now())
    except REFUSALS as refused:
        return _refused(request, proposal, refused)
    return _page(request, proposal) if request.htmx else redirect("inventory:rehearsal", pk=pk)


@require_POST
@permission_required("partners.change_codemapping", raise_exception=True)
def publish(request: Signed, pk: int) -> HttpResponse:
    """Put one's own proposal in force, or ask for its second person; 422 without a reason."""
    proposal, form = _proposal(pk), WhyForm(request.POST)
    if not form.is_valid():
        return _page(request, proposal, form=form, status=422)
    reason, seen_at = form.cleaned_data["reason"], _seen(request)
    try:
        done = actions.publish_meanings(proposal, seen_at=seen_at, reason=reason, actor=request.user, at=timezone.now())
    except REFUSALS as refused:
        return _refused(request, proposal, refused)
    if done:
        messages.success(request, "Published and in force. The open orders are being checked again.")
        return redirect(_editor())
    messages.success(request, "Nothing is in force yet: a second person has to approve it.")
    return redirect("inventory:rehearsal", pk=pk)


@require_POST
@permission_required("partners.approve_mappingproposal", raise_exception=True)
def approve(request: Signed, pk: int) -> HttpResponse:
    """Put in force what somebody else proposed."""
    proposal = _proposal(pk)
    try:
        actions.approve_meanings(proposal, seen_at=_seen(request), actor=request.user, at=timezone.now())
    except REFUSALS as refused:
        return _refused(request, proposal, refused)
    messages.success(request, "Approved, published and in force. The open orders are being checked again.")
    return redirect(_editor())


@require_POST
@permission_required("partners.approve_mappingproposal", raise_exception=True)
def refuse(request: Signed, pk: int) -> HttpResponse:
    """Send it back as its second person, with a reason: it is discarded, nothing has changed."""
    proposal, form = _proposal(pk), WhyForm(request.POST)
    if not form.is_valid():
        return _page(request, proposal, refusing=form, status=422)
    try:
        meanings.discard(proposal, actor=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
    except IllegalMove as refused:
        return _refused(request, proposal, refused)
    messages.success(request, "Refused. Nothing has changed.")
    return redirect(_editor())


@require_POST
@permission_required("partners.change_codemapping", raise_exception=True)
def roll_back(request: Signed, pk: int) -> HttpResponse:
    """Publish the former meanings in one click; what becomes sellable by it waits for a second person."""
    former, form = _proposal(pk), WhyForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else f"Rolled back: {former.reason}"[:400]
    try:
        proposal, done = actions.roll_back_meanings(former, reason=reason, actor=request.user, at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, _sentence(refused))
        return redirect(_editor())
    if done:
        messages.success(request, "Rolled back: the former meanings are in force. The open orders are being checked again.")
        return redirect(_editor())
    messages.warning(request, "The former meanings wait for a second person: something becomes sellable by them, or much changes.")
    return redirect("inventory:rehearsal", pk=proposal.pk)


@require_GET
@permission_required("partners.view_codemapping", raise_exception=True)
def download(request: Signed, pk: int) -> StreamingHttpResponse:
    """Every SKU of which more or fewer may be sold, as it was rehearsed. No cell is a formula."""
    effects = (SkuEffect(*row) for row in (_proposal(pk).prediction or {}).get("by_sku", ()))
    rows = ((*effect, effect.delta) for effect in effects)
    answer = StreamingHttpResponse(sheets.lines(HEAD, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="lockstep-effect-{pk}.csv"'
    return answer


def _proposal(pk: int) -> MappingProposal:
    rows = MappingProposal.objects.select_related("proposed_by", "approved_by", "undoes")
    return get_object_or_404(rows, pk=pk, partner="acs", kind=CodeMapping.Kind.STOCK_STATUS)


def _editor() -> str:
    return f"{reverse('partners:mappings')}?kind={CodeMapping.Kind.STOCK_STATUS}"


def _seen(request: Signed) -> datetime | None:
    """Which rehearsal this person looked at. Text that is no instant is one nobody saw."""
    try:
        return parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        return None


def _refused(request: Signed, proposal: MappingProposal, refused: Exception) -> HttpResponse:
    """The page as it is now, and why nothing was done."""
    proposal.refresh_from_db()
    theirs = shown.difference(proposal, refused.mapping) if isinstance(refused, StaleMapping) else None
    return _page(request, proposal, refusal=_sentence(refused), theirs=theirs, status=409)


def _sentence(refused: Exception) -> str:
    sentences: dict[type[Exception], Callable[[Any], str]] = {
        EffectChanged: lambda _: "Stock has moved since you looked, and the effect is another one now. Look again, then decide.",
        NeedsAnother: lambda _: "You proposed this yourself. Somebody else has to approve it.",
        NotYours: lambda theirs: f"{theirs} Those are published or discarded first.",
        StaleMapping: lambda stale: f"“{stale.mapping.raw}” was given another meaning in the meantime. Nothing was published.",
        IllegalMove: lambda _: "Somebody was quicker: this proposal does not stand where you saw it. Nothing was changed.",
    }
    return sentences[type(refused)](refused)


def _page(
    request: Signed,
    proposal: MappingProposal,
    *,
    form: WhyForm | None = None,
    refusing: WhyForm | None = None,
    refusal: str = "",
    theirs: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    is_theirs = proposal.proposed_by_id == request.user.pk
    context = {
        "proposal": proposal,
        "story": shown.story(proposal, timezone.now()),
        "effect": shown.effect(proposal, timezone.now()),
        "form": form or WhyForm(initial={"reason": proposal.reason}),
        "refusing": refusing or WhyForm(auto_id="refuse_%s"),
        "refusal": refusal,
        "theirs": theirs,
        "may_rehearse": request.user.has_perm("partners.change_codemapping"),
        "may_publish": is_theirs and request.user.has_perm("partners.change_codemapping"),
        "may_approve": not is_theirs and request.user.has_perm("partners.approve_mappingproposal"),
        "editor": _editor(),
    }
    template = "inventory/parts/_rehearsal.html" if request.htmx else "inventory/rehearsal.html"
    return render(request, template, context, status=status)
