"""An admin says how long things are kept."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.queries import words
from partners.actions import retention as acts
from partners.actions.feeds import Refused
from partners.forms import RetentionForm
from partners.queries.retention import Period, periods
from partners.rules.retention import BY_KEY
from partners.views import Signed


@require_GET
@permission_required("partners.view_retentionperiod", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    """What is kept for how long, and when what had its time last went."""
    return _page(request)


@require_POST
@permission_required("partners.change_retentionperiod", raise_exception=True)
def save(request: Signed, what: str) -> HttpResponse:
    if what not in BY_KEY:
        raise Http404("Nothing of that name is kept.")
    form = RetentionForm(request.POST, kept=BY_KEY[what], auto_id=f"{what}_%s")
    if not form.is_valid():
        return _page(request, wrong=form, of=what)
    try:
        row = acts.keep_for(what, **form.cleaned_data, actor=request.user, at=timezone.now())
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _page(request, wrong=form, of=what)
    messages.success(request, f"Saved. {BY_KEY[what].label}: kept for {row.days} days. What is older goes tonight.")
    return redirect("partners:retention")


def _page(request: Signed, *, wrong: RetentionForm | None = None, of: str = "") -> HttpResponse:
    shown = [_shown(period, wrong if period.kept.key == of else None) for period in periods()]
    return render(request, "partners/retention.html", {"periods": shown}, status=422 if wrong else 200)


def _shown(period: Period, wrong: RetentionForm | None) -> dict[str, Any]:
    now, key = timezone.now(), period.kept.key
    return {
        "kept": period.kept,
        "days": period.days,
        "set": f"Set by {period.changed_by or 'somebody who left'} {words.moment(period.changed_at, now)}" if period.changed_at else "",
        "last": words.moment(period.last_at, now) if period.last_at else "",
        "count": period.last_count,
        "failed": period.failed,
        "form": wrong or RetentionForm(initial={"days": period.days}, kept=period.kept, auto_id=f"{key}_%s"),
        "is_wrong": wrong is not None,
    }
