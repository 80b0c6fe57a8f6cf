"""A person says which colleague a grader's name at ACS is: who graded a garment never approves its write-off."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from exceptions_queue.queries import words as desk_words
from exceptions_queue.views.proof import decides_about_money
from returns.actions import graders as acts
from returns.actions.outcomes import Refused
from returns.forms import GraderForm
from returns.queries import graders as told
from returns.queries.graders import Grader
from returns.views import Signed

CHANGES = "returns.change_graderlink"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("returns.view_writeoff", raise_exception=True)
def graders(request: Signed) -> HttpResponse:
    """The graders that ACS names, and who of us they are; on POST one is linked."""
    return _linked(request) if request.method == "POST" else _page(request)


@permission_required(CHANGES, raise_exception=True)
@decides_about_money
def _linked(request: Signed) -> HttpResponse:
    form = _form(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    user = User.objects.get(pk=form.cleaned_data["user"])
    try:
        made = acts.link(form.cleaned_data["grader"], user=user, actor=request.user, at=timezone.now())
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        return _page(request, form=form, status=422)
    messages.success(request, f"Saved. {made.grader} is {desk_words.name_of(user)}: what they graded, somebody else approves.")
    return redirect("returns:graders")


def _page(request: Signed, *, form: GraderForm | None = None, status: int = 200) -> HttpResponse:
    shown = told.graders(at=timezone.now())
    blank = _form(names=shown) if request.user.has_perm(CHANGES) and shown else None
    return render(request, "returns/graders.html", {"graders": shown, "form": form or blank}, status=status)


def _form(typed: QueryDict | None = None, *, names: list[Grader] | None = None) -> GraderForm:
    shown = told.graders(at=timezone.now()) if names is None else names
    return GraderForm(typed, graders=[each.name for each in shown], people=told.people())
