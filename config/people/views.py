"""An admin asks for the people and changes what they may do."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.people import acts, queries
from config.people.access import in_words, roles_of, terms
from config.people.forms import DatesForm, InviteForm, ReasonForm, RolesForm
from config.roles import ROLES
from exceptions_queue.views import Signed
from exceptions_queue.views.proof import freshly_signed_in
from partners import tokens

MANAGE = ["config.view_access", "config.manage_access"]


@require_GET
@permission_required("config.view_access", raise_exception=True)
def people(request: Signed) -> HttpResponse:
    """Everybody who may sign in, will, or could."""
    role = request.GET.get("role", "") if request.GET.get("role", "") in ROLES else ""
    tab = request.GET.get("show", "") if request.GET.get("show", "") in queries.TABS else "active"
    rows = queries.people(at=timezone.now(), role=role)
    context = {
        "rows": queries.of_tab(rows, tab),
        "tabs": queries.count_tabs(rows),
        "tab": tab,
        "role": role,
        "roles": list(ROLES.values()),
        "may_manage": request.user.has_perm("config.manage_access"),
        "shown": queries.SHOWN if len(rows) == queries.SHOWN else 0,
    }
    return render(request, "people/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MANAGE, raise_exception=True)
def invite(request: Signed) -> HttpResponse:
    """Make an account and show its link, once."""
    return _invited(request) if request.method == "POST" else _invite_page(request, InviteForm())


@freshly_signed_in
def _invited(request: Signed) -> HttpResponse:
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _invite_page(request, form)
    sent = dict(form.cleaned_data)
    reason = sent.pop("reason")
    try:
        user, secret = acts.invite(acts.Newcomer(**sent), actor=request.user, at=timezone.now(), reason=reason)
    except acts.Refused as refusal:
        form.add_error("email", refusal.sentence)
        return _invite_page(request, form)
    return _link_page(request, user, secret)


def _invite_page(request: Signed, form: InviteForm) -> HttpResponse:
    return render(request, "people/invite.html", {"form": form, "roles": list(ROLES.values())}, status=422 if form.is_bound else 200)


def _link_page(request: Signed, user: User, secret: str) -> HttpResponse:
    """The only time that the secret is shown. No cache may keep it."""
    link = request.build_absolute_uri(reverse("people:welcome-link", args=[secret]))
    context = {"who": user, "link": link, "roles": in_words(roles_of(user)), "hours": round(acts.LINK_LASTS.total_seconds() / 3600)}
    answer = render(request, "people/link.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
@permission_required("config.view_access", raise_exception=True)
def person(request: Signed, pk: int) -> HttpResponse:
    return _page(request, pk)


@require_POST
@permission_required(MANAGE, raise_exception=True)
@freshly_signed_in
def roles(request: Signed, pk: int) -> HttpResponse:
    def act(user: User, sent: dict[str, object]) -> None:
        acts.change_roles(user, actor=request.user, at=timezone.now(), **sent)  # type: ignore[arg-type]

    return _do(request, pk, "roles", RolesForm(request.POST), act, "{who} has other roles from their next click on.")


@require_POST
@permission_required(MANAGE, raise_exception=True)
@freshly_signed_in
def dates(request: Signed, pk: int) -> HttpResponse:
    def act(user: User, sent: dict[str, object]) -> None:
        acts.change_dates(user, actor=request.user, at=timezone.now(), **sent)  # type: ignore[arg-type]

    return _do(request, pk, "dates", DatesForm(request.POST), act, "The dates of {who} are changed.")


@require_POST
@permission_required(MANAGE, raise_exception=True)
@freshly_signed_in
def deactivate(request: Signed, pk: int) -> HttpResponse:
    """End somebody's access at once: open sessions and tokens included."""

    def act(user: User, sent: dict[str, object]) -> None:
        acts.end_access(user, actor=request.user, at=timezone.now(), **sent)  # type: ignore[arg-type]

    return _do(request, pk, "end", ReasonForm(request.POST), act, "{who} is out: sessions, tokens and links have ended.")


@require_POST
@permission_required(MANAGE, raise_exception=True)
@freshly_signed_in
def link(request: Signed, pk: int) -> HttpResponse:
    """A new link to choose a password: for who lost theirs, never used the first, or comes back."""
    user, form = _found(pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, bad=("link", form))
    try:
        secret = acts.give_link(user, actor=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
    except acts.Refused as refusal:
        return _page(request, pk, refused=refusal.sentence)
    return _link_page(request, user, secret)


@require_POST
@permission_required(MANAGE, raise_exception=True)
@freshly_signed_in
def revoke_token(request: Signed, pk: int, token_pk: int) -> HttpResponse:
    """End one token of this person: of nobody else, whatever the address says."""
    token = get_object_or_404(_found(pk).api_tokens, pk=token_pk)
    tokens.revoke(token, actor=request.user, at=timezone.now())
    messages.success(request, f"The token {token.name} has ended. The program that uses it is refused from now on.")
    return redirect("people:person", pk=pk)


def _do(request: Signed, pk: int, which: str, form: Form, act: Callable[[User, dict[str, object]], None], done: str) -> HttpResponse:
    """Check, act, and come back to the person's page; or show it again with what is wrong."""
    user = _found(pk)
    if not form.is_valid():
        return _page(request, pk, bad=(which, form))
    try:
        act(user, form.cleaned_data)
    except acts.Refused as refusal:
        return _page(request, pk, refused=refusal.sentence)
    messages.success(request, done.format(who=user.get_full_name() or user.get_username()))
    return redirect("people:person", pk=pk)


def _found(pk: int) -> User:
    return get_object_or_404(User, pk=pk)


def _page(request: Signed, pk: int, *, bad: tuple[str, Form] | None = None, refused: str = "") -> HttpResponse:
    """A person's page: 422 with a form that was wrong, 409 with what the act was refused for."""
    now = timezone.now()
    row = queries.person(pk, at=now)
    if row is None:
        raise Http404
    may_manage = request.user.has_perm("config.manage_access")
    why_not = acts.why_not(row.user, request.user)
    context = {
        "row": row,
        "may_manage": may_manage,
        "may_act": may_manage and not why_not,
        "why_not": why_not,
        "refused": refused,
        "tokens": queries.tokens_of(row.user, at=now),
        "acts": queries.acts_on(row.user, at=now) if request.user.has_perm("exceptions_queue.view_auditentry") else [],
        "open_cases": queries.open_cases_of(row.user),
        **(_forms(row.user, bad) if may_manage and not why_not else {}),
    }
    return render(request, "people/person.html", context, status=422 if bad else 409 if refused else 200)


def _forms(user: User, bad: tuple[str, Form] | None) -> dict[str, Form | str]:
    held, mine = roles_of(user), terms(user)
    days = {"starts_on": mine.starts_on, "ends_on": mine.ends_on} if mine else {}
    forms: dict[str, Form] = {
        "roles": RolesForm(initial={"roles": held, "seen": held}, auto_id="roles_%s"),
        "dates": DatesForm(initial=days, auto_id="dates_%s"),
        "end": ReasonForm(auto_id="end_%s"),
        "link": ReasonForm(auto_id="link_%s"),
    }
    if bad:
        forms[bad[0]] = bad[1]
        bad[1].auto_id = f"{bad[0]}_%s"
    return {f"{name}_form": form for name, form in forms.items()} | {"open": bad[0] if bad else ""}
