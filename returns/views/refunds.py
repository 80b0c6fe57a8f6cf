"""A person works through the refunds that wait: approves, declines, or proposes one that no grade makes due."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.queries import keyset
from exceptions_queue.views.proof import decides_about_money
from returns.actions import refunds
from returns.actions.cases import address_of
from returns.actions.outcomes import Refused
from returns.forms import ApproveRefundForm, ReasonForm
from returns.models import Refund, Return
from returns.queries import one
from returns.queries.refunds import rows, tabs
from returns.rules.money import pounds
from returns.states import RefundState
from returns.views import Signed
from returns.views.returned import page_of, refund_card

PAGE = 25
LOOKS = "returns.view_refund"
DECIDES = [LOOKS, "returns.decide_refund"]
NO_AMOUNT = "The page did not say which amount you saw: look at it again."


@require_GET
@permission_required(LOOKS, raise_exception=True)
def refund_list(request: Signed) -> HttpResponse:
    """The refunds of one tab, the oldest first; those that ended, the latest first."""
    return _list(request)


def _list(request: Signed, *, refusal: str = "", status: int = 200) -> HttpResponse:
    now, asked = timezone.now(), request.GET.get("tab", "")
    mine = tabs.tabs_of(request.user)
    tab = asked if asked in mine else "waiting"
    cursors: dict[str, Any] = {name: request.GET.get(name, "") for name in ("after", "before")}
    page = keyset.page(tabs.rows(mine[tab]), key="proposed_at", size=PAGE, newest_first=tab in ("given", "declined"), **cursors)
    counts = tabs.counts(mine)
    context = {
        "tab": tab,
        "tabs": [(key, each.label, counts[key]) for key, each in mine.items()],
        "page": page,
        "rows": [refund_card(each, now) for each in rows.shown_of_page([row["id"] for row in page.rows], request.user, at=now)],
        "nothing": mine[tab].nothing,
        "refusal": refusal,
        "label": mine[tab].label,
        "observed": [words for kind, words in _OBSERVED.items() if not refunds.may_give(kind)],
    }
    return render(request, "returns/refunds.html", context, status=status)


_OBSERVED = {
    Refund.Kind.STORE_REFUND: "The shop is not written to at the moment: refunds that it gives wait until it is.",
    Refund.Kind.CREDIT_NOTE: "The ledger is not written to at the moment: credit notes wait until it is.",
}


@require_POST
@permission_required(DECIDES, raise_exception=True)
@decides_about_money
def approve(request: Signed, pk: int) -> HttpResponse:
    """Approve one for the amount that the page showed."""
    refund, form = _found(pk), ApproveRefundForm(request.POST)
    if not form.is_valid():
        return _back(request, refund.item.ret, refusal=NO_AMOUNT, status=422)
    pence = form.cleaned_data["pence"]
    return _do(request, refund.item.ret, lambda: refunds.approve(pk, pence=pence, actor=request.user, at=timezone.now()), _approved)


def _approved(refund: Refund) -> str:
    """What came of an approval, in a sentence."""
    if refund.state == RefundState.AWAITING_SECOND:
        return f"{pounds(refund.amount_pence)} has your approval. It takes two: nothing is asked for before a second person approves it."
    then = "it is asked for within a minute." if refunds.may_give(refund.kind) else "it waits, as nothing is written there at the moment."
    return f"{pounds(refund.amount_pence)} is approved. {refund.get_kind_display()}: {then}"


@require_POST
@permission_required(DECIDES, raise_exception=True)
@decides_about_money
def decline(request: Signed, pk: int) -> HttpResponse:
    """End one without money, with a reason."""
    refund, form = _found(pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _back(request, refund.item.ret, refusal="Say why no money goes back, in 280 characters at most.", status=422)
    reason, said = form.cleaned_data["reason"], "Declined: no money goes back for it."
    return _do(request, refund.item.ret, lambda: refunds.decline(pk, reason=reason, actor=request.user, at=timezone.now()), lambda _: said)


@require_POST
@permission_required(["returns.view_return", "returns.add_refund"], raise_exception=True)
def propose(request: Signed, pk: int) -> HttpResponse:
    """Propose one by hand; somebody else approves it."""
    item, form = one.item_of(pk), ReasonForm(request.POST)
    if item is None:
        raise Http404("There is no such garment among the returns.")
    if not form.is_valid():
        return _back(request, item.ret, refusal="Say why money is due, in 280 characters at most.", status=422)
    reason, said = form.cleaned_data["reason"], "It is proposed. Somebody else of finance decides."
    return _do(request, item.ret, lambda: refunds.propose(pk, reason=reason, actor=request.user, at=timezone.now()), lambda _: said)


def _found(pk: int) -> Refund:
    refund = rows.refund_of(pk)
    if refund is None:
        raise Http404("There is no such refund.")
    return refund


def _do(request: Signed, ret: Return, act: Callable[[], Refund], said: Callable[[Refund], str]) -> HttpResponse:
    """Do it, and say what came of it."""
    try:
        done = act()
    except Refused as refused:
        return _back(request, ret, refusal=refused.sentence, status=409)
    messages.success(request, said(done))
    if request.POST.get("back") == "list":
        return redirect("returns:refunds")
    return redirect(address_of(ret.acs_id) or "returns:refunds")


def _back(request: Signed, ret: Return, *, refusal: str, status: int) -> HttpResponse:
    """The page the person came from, with why nothing was done. One who may not see returns sees the refunds."""
    if request.POST.get("back") == "list" or not request.user.has_perm("returns.view_return"):
        return _list(request, refusal=refusal, status=status)
    return page_of(request, one.return_of(ret.acs_id) or ret, refusal=refusal, status=status)
