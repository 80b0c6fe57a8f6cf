"""A person asks who may approve how much; a finance manager proposes another limit, and another one confirms it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from exceptions_queue.views.proof import decides_about_money
from returns.actions import limits as acts
from returns.actions.outcomes import Refused
from returns.forms import LimitForm
from returns.models import ApprovalLimit
from returns.queries import authority
from returns.queries.desk import limits as told
from returns.views import Signed

CHANGES = "returns.change_approvallimit"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("returns.view_writeoff", raise_exception=True)
def limits(request: Signed) -> HttpResponse:
    """The limits in force and every version; on POST another is proposed."""
    return _proposed(request) if request.method == "POST" else _page(request)


@permission_required(CHANGES, raise_exception=True)
@decides_about_money
def _proposed(request: Signed) -> HttpResponse:
    form = LimitForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    try:
        row = acts.propose(**form.cleaned_data, actor=request.user, at=timezone.now())
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        return _page(request, form=form, status=422)
    in_force = "It is in force." if row.in_force_at else "It takes effect once another finance manager has confirmed it."
    messages.success(request, f"Saved. {in_force}")
    return redirect("returns:limits")


@require_POST
@permission_required("returns.confirm_approvallimit", raise_exception=True)
@decides_about_money
def confirm(request: Signed, pk: int) -> HttpResponse:
    """Another person's word, which brings a raised limit into force."""
    return _settle(request, pk, acts.confirm, "Confirmed. The limit is in force.")


@require_POST
@permission_required(CHANGES, raise_exception=True)
@decides_about_money
def withdraw(request: Signed, pk: int) -> HttpResponse:
    return _settle(request, pk, acts.withdraw, "Withdrawn. The old limit stays.")


def _settle(request: Signed, pk: int, act: Callable[..., Any], said: str) -> HttpResponse:
    row = get_object_or_404(ApprovalLimit, pk=pk)
    try:
        act(row, actor=request.user, at=timezone.now())
    except Refused as refused:
        return _page(request, refusal=refused.sentence, status=409)
    messages.success(request, said)
    return redirect("returns:limits")


def _page(request: Signed, *, form: LimitForm | None = None, refusal: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    standing, rows = authority.limits(at=now), told.versions(at=now)
    shown = [told.told(row, standing, user=request.user, at=now) for row in rows]
    context = {
        "standing": told.standing(standing, rows, at=now),
        "proposed": [each for each in shown if each["is_open"]],
        "versions": [each for each in shown if not each["is_open"]],
        "form": (form or LimitForm()) if request.user.has_perm(CHANGES) else None,
        "refusal": refusal,
    }
    return render(request, "returns/limits.html", context, status=status)
