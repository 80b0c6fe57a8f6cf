"""A person names who stands in for them, and ends it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from exceptions_queue.queries import words as desk_words
from exceptions_queue.views.proof import decides_about_money
from returns.actions import delegating as acts
from returns.actions.outcomes import Refused
from returns.forms import DelegationForm
from returns.models import Delegation
from returns.queries import authority
from returns.queries.desk import limits as told
from returns.queries.desk import who
from returns.queries.desk.words import money
from returns.views import Signed

ADDS = "returns.add_delegation"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ADDS, raise_exception=True)
def delegations(request: Signed) -> HttpResponse:
    """Everybody's delegations; on POST one more of one's own."""
    return _named(request) if request.method == "POST" else _page(request)


@decides_about_money
def _named(request: Signed) -> HttpResponse:
    form = DelegationForm(request.POST, colleagues=_colleagues(request))
    if not form.is_valid():
        return _page(request, form=form, status=422)
    said = dict(form.cleaned_data)
    taker = User.objects.get(pk=said.pop("taker"))
    try:
        acts.delegate(taker=taker, **said, actor=request.user, at=timezone.now())
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        return _page(request, form=form, status=422)
    messages.success(request, f"Saved. {desk_words.name_of(taker)} stands in for you from {who.day(said['from_day'])}.")
    return redirect("returns:delegations")


@require_POST
@permission_required(ADDS, raise_exception=True)
@decides_about_money
def end(request: Signed, pk: int) -> HttpResponse:
    """End one at once: the giver or the taker may."""
    row = get_object_or_404(Delegation, pk=pk)
    try:
        acts.end(row, actor=request.user, at=timezone.now())
    except Refused as refused:
        return _page(request, refusal=refused.sentence, status=409)
    messages.success(request, "Ended. What was approved under it stays approved.")
    return redirect("returns:delegations")


def _page(request: Signed, *, form: DelegationForm | None = None, refusal: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    person = authority.person_of(request.user, at=now)
    blank = DelegationForm(colleagues=_colleagues(request), initial={"from_day": today})
    context = {
        "delegations": told.delegations(user=request.user, today=today),
        "form": form or blank,
        "mine": money(person.limit.limit_pence) if person.limit else "",
        "refusal": refusal,
        "stands_in": who.stand_ins(request.user, at=now),
    }
    return render(request, "returns/delegations.html", context, status=status)


def _colleagues(request: Signed) -> list[tuple[int, str]]:
    """Who may approve write-offs, but oneself. One statement."""
    able = User.objects.filter(is_active=True, groups__permissions__codename="approve_writeoff").exclude(pk=request.user.pk)
    return [(user.pk, desk_words.name_of(user)) for user in able.distinct().order_by("first_name", "last_name", "username")]
