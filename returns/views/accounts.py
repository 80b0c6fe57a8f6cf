"""A person asks which accounts journals name; a finance manager chooses others."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from exceptions_queue.views.proof import decides_about_money
from returns.actions.accounts import name_account
from returns.actions.outcomes import Refused
from returns.forms import AccountForm
from returns.queries.desk import accounts as told
from returns.views import Signed

CHANGES = "returns.change_ledgeraccount"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("returns.view_writeoff", raise_exception=True)
def accounts(request: Signed) -> HttpResponse:
    """Every purpose with its account; on POST one of them gets another."""
    return _named(request) if request.method == "POST" else _page(request)


@permission_required(CHANGES, raise_exception=True)
@decides_about_money
def _named(request: Signed) -> HttpResponse:
    form = AccountForm(request.POST, chart=told.chart())
    if not form.is_valid():
        return _page(request, form=form, status=422)
    try:
        account = name_account(**form.cleaned_data, actor=request.user, at=timezone.now())
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        return _page(request, form=form, status=422)
    messages.success(request, f"Saved. {account.get_purpose_display()} is account {account.code}; what is not posted yet is drafted anew.")
    return redirect("returns:accounts")


def _page(request: Signed, *, form: AccountForm | None = None, status: int = 200) -> HttpResponse:
    chart = told.chart()
    rows = told.purposes(at=timezone.now())
    may = request.user.has_perm(CHANGES)
    context = {
        "rows": rows,
        "lacking": sum(not row["code"] for row in rows),
        "has_chart": bool(chart),
        "form": (form or AccountForm(chart=chart)) if may else None,
    }
    return render(request, "returns/accounts.html", context, status=status)
