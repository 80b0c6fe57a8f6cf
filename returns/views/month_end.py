"""A person closes a month: looks at what it lacks, signs it off, and opens it again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.queries import words as desk_words
from exceptions_queue.views.proof import decides_about_money
from returns.actions import signing
from returns.actions.outcomes import Refused
from returns.forms import ReopenForm, SignForm
from returns.models import PeriodSignOff
from returns.queries.desk import who, words
from returns.queries.month_end import books, worklists
from returns.queries.month_end import months as queries
from returns.queries.month_end.figures import Figures, beside, figures
from returns.rules import month_end as rules
from returns.rules.journal import as_rows
from returns.rules.months import month_of, name_of, next_month
from returns.views import Signed

SEES = "returns.view_journal"


@require_GET
@permission_required(SEES, raise_exception=True)
def months(request: Signed) -> HttpResponse:
    """Every month with its state, the newest first."""
    start = month_of(request.GET.get("from", ""))
    return render(request, "returns/months.html", {"page": queries.page(today=timezone.localdate(), start=start)})


@require_GET
@permission_required(SEES, raise_exception=True)
def month(request: Signed, month: str) -> HttpResponse:
    """One month: what it lacks, what both books say, what it owes, who signed it."""
    return _page(request, _month_or_404(month))


@require_GET
@permission_required(SEES, raise_exception=True)
def waiting(request: Signed, month: str, kind: str) -> HttpResponse:
    """Every row of one of its lists."""
    first = _month_or_404(month)
    if kind not in worklists.KINDS:
        raise Http404("A month has no such list.")
    page = worklists.page(kind, first, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    found = worklists.by_id([row["id"] for row in page.rows])
    context = {
        **_named(first),
        "list": _list(kind, worklists.tally(kind, first), worklists.rows_of(found, at=timezone.now())),
        "page": page,
    }
    return render(request, "returns/month_waiting.html", context)


@require_POST
@permission_required([SEES, signing.SIGNS], raise_exception=True)
@decides_about_money
def sign(request: Signed, month: str) -> HttpResponse:
    """Sign it off, with the figures that this person saw."""
    first = _month_or_404(month)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _page(request, first, typed=request.POST, refused=None if "reason" in form.errors else Refused(signing.CHANGED), status=422)
    try:
        signing.sign(first, **form.cleaned_data, actor=request.user, at=timezone.now())
    except Refused as refused:
        return _page(request, first, typed=request.POST, refused=refused, status=422 if refused.field else 409)
    messages.success(request, f"{first:%B %Y} is signed off. What comes late is dated {who.day(next_month(first))} or after.")
    return redirect("returns:month", month=name_of(first))


@require_POST
@permission_required([SEES, signing.REOPENS], raise_exception=True)
@decides_about_money
def reopen(request: Signed, month: str) -> HttpResponse:
    """Open it again, with a reason."""
    first = _month_or_404(month)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _page(request, first, reopen_form=form, status=422)
    try:
        signing.reopen(first, **form.cleaned_data, actor=request.user, at=timezone.now())
    except Refused as refused:
        return _page(request, first, reopen_form=form, refused=refused, status=409)
    messages.success(request, f"{first:%B %Y} is open again. Sign it off once more when it is right.")
    return redirect("returns:month", month=name_of(first))


def _month_or_404(text: str) -> date:
    found = month_of(text)
    if found is None:
        raise Http404("There is no such month: write it as 2026-05.")
    return found


def _page(
    request: Signed,
    month: date,
    *,
    typed: Mapping[str, Any] | None = None,
    reopen_form: Form | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """`typed` is what somebody sent to sign it off, which stays in the form; the figures that it covers are those of this page."""
    found, signatures = figures(month, at=timezone.now()), queries.signatures(month)
    standing = next((row for row in signatures if row.reopened_at is None), None)
    may_sign = standing is None and request.user.has_perm(signing.SIGNS) and not rules.why_not(found.standing)
    context = {
        **_named(month),
        **_told(found),
        "state": queries.state_of(month, signatures[0] if signatures else None, found.standing.today),
        "lists": _lists(found, month),
        "signed": standing and _signed(standing, found),
        "history": [_event(row) for row in signatures],
        "sign_form": _sign_form(found, typed) if may_sign else None,
        "reopen_form": (reopen_form or ReopenForm()) if standing and request.user.has_perm(signing.REOPENS) else None,
        "refusal": refused.sentence if refused and not refused.field else "",
    }
    return render(request, "returns/month.html", context, status=status)


def _sign_form(found: Figures, typed: Mapping[str, Any] | None) -> SignForm:
    asks = rules.needs_reason(found.standing)
    if typed is None:
        return SignForm(asks=asks, initial={"seen": found.hash})
    return SignForm({"seen": found.hash, "reason": typed.get("reason", "")}, asks=asks)


def _named(month: date) -> dict[str, Any]:
    return {"key": name_of(month), "label": f"{month:%B %Y}"}


def _told(found: Figures) -> dict[str, Any]:
    both, names = found.books, words.account_names()
    return {
        "checks": rules.checks(found.standing),
        "why_not": rules.why_not(found.standing),
        "books": both,
        "register": words.money(both.register.pence),
        "ledger": words.money(both.ledger.pence),
        "apart": words.money(abs(both.register.pence - both.ledger.pence)),
        "differences": books.differences(found.month, read_at=both.read_at) if both.differing else [],
        "read_at": desk_words.full(both.read_at) if both.read_at else "",
        "accrual": found.accrual,
        "owed": words.money(found.accrual.pence),
        "entries": words.entries(as_rows(found.accrual.lines), names),
        "reverses_on": who.day(found.accrual.reverses_on),
    }


def _lists(found: Figures, month: date) -> list[dict[str, Any]]:
    """The three lists, each with its first rows."""
    firsts = {kind: worklists.first_of(kind, month) if tally.count else [] for kind, tally in found.tallies.items()}
    rows = {row.reference: row for row in worklists.rows_of([one for some in firsts.values() for one in some], at=timezone.now())}
    return [_list(kind, found.tallies[kind], [rows[one.reference] for one in some]) for kind, some in firsts.items()]


def _list(kind: str, tally: worklists.Tally, rows: list[worklists.Row]) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": worklists.KINDS[kind],
        "tally": tally,
        "value": words.money(tally.pence),
        "rows": rows,
        "nothing": worklists.NOTHING[kind],
    }


def _signed(row: PeriodSignOff, found: Figures) -> dict[str, Any]:
    """The signature that stands, its figures next to those of now."""
    figures = beside(row.figures.get("seen", {}), found.seen)
    tones = {each.tone for each in figures if not each.same}
    return {"who": queries.told(row), "figures": figures, "changed": "warn" in tones, "moved": "info" in tones}


def _event(row: PeriodSignOff) -> dict[str, str]:
    return {
        "signed": f"{desk_words.name_of(row.signed_by)} signed it {desk_words.full(row.signed_at)}",
        "reason": row.figures.get("reason", ""),
        "reopened": queries.told(row) if row.reopened_at else "",
        "why": row.reopened_why,
    }
