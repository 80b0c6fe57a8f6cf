"""A person keeps a view of the queue, shares it, drops it; and takes an act back."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from exceptions_queue import actions
from exceptions_queue.filters import CaseFilter
from exceptions_queue.forms import SavedViewForm, first_error
from exceptions_queue.models import SavedView
from exceptions_queue.views import Signed
from exceptions_queue.views.toasts import toast


@require_POST
@permission_required(["exceptions_queue.view_exceptioncase", "exceptions_queue.add_savedview"], raise_exception=True)
def save(request: Signed) -> HttpResponse:
    """Keep the question in `query` under a name; only the queue's own parameters are kept."""
    form = SavedViewForm(request.POST)
    query = _question(request.POST.get("query", ""))
    back = f"{reverse('queue:list')}?{query}" if query else reverse("queue:list")
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect(back)
    shared = form.cleaned_data["shared"] and request.user.has_perm("exceptions_queue.share_savedview")
    try:
        view = actions.save_view(
            name=form.cleaned_data["name"],
            query=query,
            shared=shared,
            owner=form.cleaned_data["owner"],
            author=request.user,
            at=timezone.now(),
        )
    except actions.Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect(back)
    messages.success(request, f"Kept as “{view.name}”.")
    return redirect(back)


@require_POST
@permission_required(["exceptions_queue.view_exceptioncase", "exceptions_queue.add_savedview"], raise_exception=True)
def drop(request: Signed, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView, pk=pk)
    try:
        actions.drop_view(view, actor=request.user, at=timezone.now())
    except actions.Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "The view is deleted.")
    return redirect("queue:list")


@require_POST
@permission_required(["exceptions_queue.view_exceptioncase", "exceptions_queue.assign_exceptioncase"], raise_exception=True)
def undo(request: Signed) -> HttpResponse:
    """Take an act back with the token that came with it."""
    try:
        case = actions.undo(request.POST.get("undo_token", ""), actor=request.user, at=timezone.now())
    except actions.Refused as refusal:
        return _told(request, refusal.sentence, tone="bad")
    except actions.Stale:
        return _told(request, "Somebody has changed it since: it stays as it is now.", tone="bad")
    return _told(request, f"Taken back: {case.subject_label} is as it was.")


def _told(request: Signed, text: str, *, tone: str = "ok") -> HttpResponse:
    if request.htmx:
        return toast(HttpResponse(status=204), text, tone=tone)
    messages.add_message(request, messages.SUCCESS if tone == "ok" else messages.ERROR, text)
    return redirect("queue:list")


def _question(query: str) -> str:
    """The queue's own parameters of a question, in one order; whatever else was in it is left out."""
    asked = QueryDict(urlsplit(f"?{query.lstrip('?')}").query[:500])
    kept = QueryDict(mutable=True)
    for name in sorted(CaseFilter.base_filters):
        if value := asked.get(name):
            kept[name] = value[:120]
    return kept.urlencode()
