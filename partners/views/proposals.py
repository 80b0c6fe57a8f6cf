"""A person proposes what stock statuses mean: many rows in one draft, which another room rehearses and puts in force."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.moves import IllegalMove
from partners.actions import meanings
from partners.actions.meanings import NothingChanged, NotYours, Wanted
from partners.forms import MappingForm, MeaningsFileForm, ReasonForm, StockForm
from partners.mappings import StaleMapping, fold
from partners.models import CodeMapping, MappingProposal
from partners.queries import mappings as shown
from partners.queries import proposals
from partners.queries.words import clock_time
from partners.states import ProposalState
from partners.views import Signed

Kind = CodeMapping.Kind
KIND = Kind.STOCK_STATUS
MOST_FAULTS = 20
# Who rehearses, publishes and rolls back: pages of the room that knows what follows, known by name.
REHEARSAL, UNDO = "inventory:rehearsal", "inventory:roll-back"


@require_GET
@permission_required("partners.view_codemapping", raise_exception=True)
def list_page(request: Signed) -> HttpResponse:
    return _page(request)


@require_POST
@permission_required("partners.change_codemapping", raise_exception=True)
def save(request: Signed) -> HttpResponse:
    """Keep the rows that differ as a draft and go to its rehearsal: 422 with the fields at fault, 409 where somebody was quicker."""
    rows = shown.rows(KIND, timezone.now())
    forms = {row.mapping.pk: _typed(request, row) for row in rows if f"{row.mapping.pk}-version" in request.POST}
    sound = [form.is_valid() and bool(form.cleaned_data["version"]) for form in forms.values()]  # every fault is shown, so all are asked
    if not all(sound):
        return _page(request, typed=forms, status=422)
    return _draft(request, forms)


@require_POST
@permission_required("partners.change_codemapping", raise_exception=True)
def save_file(request: Signed) -> HttpResponse:
    """The same by a CSV file: all of its rows as one draft, or, with 422 and a sentence for each fault, none of them."""
    form = MeaningsFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, faults=[str(why) for whys in form.errors.values() for why in whys], status=422)
    forms, faults = _of_file(form.cleaned_data["file"])
    return _page(request, faults=faults, status=422) if faults else _draft(request, forms)


def _of_file(lines: Sequence[tuple[int, dict[str, str]]]) -> tuple[dict[int, StockForm], list[str]]:
    known = {row.mapping.folded: row.mapping for row in shown.rows(KIND, timezone.now())}
    forms: dict[int, StockForm] = {}
    faults = []
    for number, cells in lines:
        said = cells.get("status", "")
        mapping = known.get(fold(said))
        if mapping is None:
            faults.append(f"Row {number}: no garment ever had the status “{said[:80]}”. Correct it, or take the row out.")
        elif mapping.pk in forms:
            faults.append(f"Row {number}: an earlier row says already what “{mapping.raw}” means. Take one of them out.")
        else:
            forms[mapping.pk] = StockForm.of_file(mapping, cells)
            faults += [f"Row {number}, {why}" for why in forms[mapping.pk].faults_of_file(cells)]
    return forms, faults or ([] if forms else ["The file has a heading and no rows."])


def _draft(request: Signed, forms: Mapping[int, StockForm]) -> HttpResponse:
    wanted = {pk: Wanted(form.cleaned_data["version"], *form.meaning()) for pk, form in forms.items()}
    try:
        kept = meanings.draft(shown.PARTNER, KIND, wanted, actor=request.user, at=timezone.now())
    except StaleMapping as stale:
        return _page(request, typed=dict(forms), theirs=_difference(stale.mapping, forms[stale.mapping.pk]), status=409)
    except (NothingChanged, NotYours, IllegalMove) as refused:
        messages.warning(request, _refusal(refused))
        return redirect(f"{reverse('partners:mappings')}?kind={KIND}")
    return redirect(REHEARSAL, pk=kept.pk)


@require_POST
@permission_required("partners.change_codemapping", raise_exception=True)
def discard(request: Signed, pk: int) -> HttpResponse:
    """Let a proposal go that is not in force: one's own, or somebody else's."""
    proposal = get_object_or_404(MappingProposal, pk=pk, partner=shown.PARTNER, kind=KIND)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        meanings.discard(proposal, actor=request.user, at=timezone.now(), reason=reason)
    except IllegalMove:
        messages.warning(request, "That proposal is not open any more. Nothing was changed.")
    else:
        messages.success(request, "The draft is discarded. Nothing has changed.")
    return redirect(f"{reverse('partners:mappings')}?kind={KIND}")


def _typed(request: Signed, row: shown.Row) -> StockForm:
    """One row as it was sent; with the meaning that was offered where that was accepted."""
    pk, sent = str(row.mapping.pk), request.POST.copy()
    if sent.get("accept") == pk and row.offer:
        sent[f"{pk}-target"], sent[f"{pk}-bucket"] = row.offer.target, row.offer.flags.get("bucket", "")
        sent[f"{pk}-sellable"] = "on" if row.offer.flags.get("sellable") is True else ""
    return StockForm(sent, row=pk)


def _refusal(refused: Exception) -> str:
    if isinstance(refused, NothingChanged):
        return "Nothing was changed, so there is nothing to rehearse."
    if isinstance(refused, NotYours):
        return f"{refused} Publish or discard those first."
    return "A proposal waits for a second person. Discard it before you draft another."


def _difference(standing: CodeMapping, form: MappingForm) -> dict[str, str]:
    """What stands now and what this person wanted, side by side."""
    return {
        "raw": standing.raw,
        "who": str(standing.changed_by or "Lockstep"),
        "when": clock_time(standing.changed_at, timezone.now()) if standing.changed_at else "",
        "theirs": shown.means(standing.target, standing.flags),
        "mine": shown.means(*form.meaning()),
    }


def _form(row: shown.Row, drafted: dict[int, dict[str, Any]]) -> StockForm:
    """A row as it stands, or as the open draft would have it."""
    initial, change = StockForm.of(row.mapping), drafted.get(row.mapping.pk)
    if change:
        becomes = change["becomes"]
        initial |= {"target": becomes["target"], "sellable": False, "bucket": "", **becomes["flags"]}
    return StockForm(initial=initial, row=str(row.mapping.pk))


def _page(
    request: Signed,
    *,
    typed: dict[int, StockForm] | None = None,
    theirs: dict[str, str] | None = None,
    faults: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    now, rows, typed = timezone.now(), shown.rows(KIND, timezone.now()), typed or {}
    proposal = proposals.open_proposal(shown.PARTNER, KIND)
    unmapped, may_change = shown.unmapped_counts(), request.user.has_perm("partners.change_codemapping")
    drafted = {change["mapping"]: change for change in proposal.changes} if proposal else {}
    is_mine = proposal is None or (proposal.proposed_by_id == request.user.pk and proposal.state != ProposalState.AWAITING)
    context = {
        "kind": KIND,
        "tabs": [(value, label, unmapped.get(value, 0)) for value, label in Kind.choices],
        "rows": [(row, typed.get(row.mapping.pk) or _form(row, drafted), row.mapping.pk in drafted) for row in rows],
        "unmapped": [row for row in rows if row.is_new],
        "proposal": proposal,
        "changed": proposals.changed(proposal) if proposal else [],
        "proposed": clock_time(proposal.proposed_at, now) if proposal else "",
        "waits": proposal is not None and proposal.state == ProposalState.AWAITING,
        "published": proposals.published(KIND, now),
        "may_change": may_change,
        "may_edit": may_change and is_mine,
        "theirs": theirs,
        "file_form": MeaningsFileForm(),
        "faults": faults[:MOST_FAULTS],
        "more_faults": max(0, len(faults) - MOST_FAULTS),
        "rehearsal": REHEARSAL,
        "undo": UNDO,
    }
    return render(request, "partners/stock_statuses.html", context, status=status)
