"""A person asks what codes mean, and says it: in force at once, audited, never over somebody else's change."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from partners import mappings
from partners.actions.meanings import PROPOSED
from partners.forms import AGENTS, FORMS, SERVICES, MappingForm, NewCodeForm
from partners.models import CodeMapping
from partners.queries import mappings as shown
from partners.queries import versions as of_mapping
from partners.queries.words import clock_time
from partners.views import Signed, proposals

Kind = CodeMapping.Kind

# Who looks again at what a mapping decides: tasks of rooms above us, known by name.
RINGS = {
    Kind.DELIVERY_METHOD: "orders.tasks.recheck_open",
    Kind.ORDER_STATUS: "config.tasks.read_acs",
    Kind.GRADE: "returns.tasks.look_at_grades",
}

# Who says what would follow of a meaning that is chosen: one sentence, by a page of the room that knows.
EFFECTS = {Kind.GRADE: "returns:grade-effect"}


@require_GET
@permission_required("partners.view_codemapping", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    if request.GET.get("kind", "") in PROPOSED:
        return proposals.list_page(request)
    return _page(request, _kind(request.GET.get("kind", "")))


@require_GET
@permission_required("partners.view_codemapping", raise_exception=True)
def versions(request: Signed, pk: int) -> HttpResponse:
    """Two versions of one mapping beside each other: those asked for, else the last two. A version that never was is the nearest."""
    mapping = get_object_or_404(CodeMapping, pk=pk, partner=shown.PARTNER)
    every = of_mapping.versions(mapping, timezone.now())
    was, becomes = (_nearest(every, request.GET.get(name, ""), age) for name, age in (("from", 1), ("to", 0)))
    lines = of_mapping.compared(was, becomes)
    context = {"mapping": mapping, "versions": every, "was": was, "becomes": becomes, "lines": lines}
    return render(request, "partners/versions.html", context | {"same": not any(line.differs for line in lines)})


def _nearest(every: Sequence[of_mapping.Version], asked: str, age: int) -> of_mapping.Version:
    """`every` is the newest first."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else every[0].number - age
    return min(every, key=lambda version: abs(version.number - number))


@require_POST
@permission_required("partners.change_codemapping", raise_exception=True)
def change(request: Signed, pk: int) -> HttpResponse:
    """Save one row: 422 with the fields at fault, 409 with both meanings when somebody was quicker."""
    mapping = get_object_or_404(CodeMapping.objects.select_related("changed_by"), pk=pk, partner=shown.PARTNER, kind__in=FORMS)
    form = FORMS[mapping.kind](request.POST, row=str(pk))
    if not form.is_valid() or not form.cleaned_data["version"]:
        return _page(request, mapping.kind, faulty={pk: form}, status=422)
    try:
        _set(mapping, form, request.user, version=form.cleaned_data["version"])
    except mappings.StaleMapping as stale:
        return _page(request, mapping.kind, theirs=_difference(stale.mapping, form), status=409)
    messages.success(request, f"“{mapping.raw}” is saved and in force.")
    return redirect(f"{reverse('partners:mappings')}?kind={mapping.kind}")


@require_POST
@permission_required(["partners.add_codemapping", "partners.change_codemapping"], raise_exception=True)
def add(request: Signed) -> HttpResponse:
    """A code that nobody has sent yet, with its meaning."""
    if request.POST.get("kind", "") in PROPOSED:
        raise Http404("A stock status is added by the first garment that has it, and its meaning is published.")
    kind = _kind(request.POST.get("kind", ""))
    new, form = NewCodeForm(request.POST), FORMS[kind](request.POST)
    if not (new.is_valid() and form.is_valid()):
        return _page(request, kind, new=new, faulty={0: form}, status=422)
    with transaction.atomic():
        mapping = mappings.add(shown.PARTNER, kind, new.cleaned_data["raw"], at=timezone.now())
        if mapping.target or mapping.version > 1:
            new.add_error("raw", f"“{mapping.raw}” is in the list already. Change it there.")
            return _page(request, kind, new=new, faulty={0: form}, status=409)
        _set(mapping, form, request.user, version=mapping.version)
    messages.success(request, f"“{mapping.raw}” is added.")
    return redirect(f"{reverse('partners:mappings')}?kind={kind}")


def _set(mapping: CodeMapping, form: MappingForm, actor: Any, *, version: int) -> None:
    target, flags = form.meaning()
    ring = RINGS[Kind(mapping.kind)]
    mappings.set_target(mapping, target=target, flags=flags, actor=actor, at=timezone.now(), version=version, ring=ring)


def _kind(asked: str) -> str:
    return asked if asked in FORMS else Kind.DELIVERY_METHOD


def _difference(standing: CodeMapping, form: MappingForm) -> dict[str, Any]:
    """What stands now and what this person wanted, to choose between them."""
    target, flags = form.meaning()
    return {
        "mapping": standing,
        "who": standing.changed_by or "Lockstep",
        "when": clock_time(standing.changed_at, timezone.now()) if standing.changed_at else "",
        "theirs": shown.means(standing.target, standing.flags),
        "mine": shown.means(target, flags),
        "typed": [(name, value) for name, value in form.cleaned_data.items() if name != "version"],
    }


def _page(
    request: Signed,
    kind: str,
    *,
    faulty: dict[int, MappingForm] | None = None,
    new: NewCodeForm | None = None,
    theirs: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    now, form, faulty = timezone.now(), FORMS[kind], faulty or {}
    rows = shown.rows(kind, now)
    unmapped = shown.unmapped_counts()
    may_change = request.user.has_perm("partners.change_codemapping")
    context = {
        "kind": kind,
        "tabs": [(value, label, unmapped.get(value, 0)) for value, label in Kind.choices],
        "rows": [(row, faulty.get(row.mapping.pk) or form.for_row(row.mapping)) for row in rows],
        "unmapped": sum(row.is_new for row in rows),
        "effect": EFFECTS.get(Kind(kind), ""),
        "until_mapped": shown.UNTIL_MAPPED[Kind(kind)],
        "changes": shown.changes(kind, now),
        "may_change": may_change,
        "may_add": may_change and request.user.has_perm("partners.add_codemapping"),
        "new": new or NewCodeForm(),
        "new_meaning": faulty.get(0) or form(),
        "theirs": theirs,
        "services": SERVICES,
        "agents": AGENTS,
    }
    return render(request, "partners/mappings.html", context, status=status)
