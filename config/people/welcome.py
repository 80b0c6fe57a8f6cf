"""A newcomer opens their link and chooses a password. The link's secret stands in an address once, and never in a log."""

import time

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from config.people import acts
from config.people.forms import PasswordForm

TRIES_A_MINUTE = 10
TOO_OFTEN = "Too many tries from this network. Wait a minute, then send it again: nothing was changed."


@require_GET
@login_not_required
def opened(request: HttpRequest, secret: str) -> HttpResponse:
    """The link itself. It only looks, so that a mail scanner that opens it uses nothing up.

    A dead link answers 200 like a live one: an error status would put the whole address into the log.
    """
    invitation = acts.open_invitation(secret, at=timezone.now())
    return _form(request, PasswordForm(user=invitation.user, initial={"token": secret})) if invitation else _dead(request, 200)


@login_not_required
def ask_an_admin(request: HttpRequest, **_in_address: str) -> HttpResponse:
    """What would need an e-mail of ours, before we send any."""
    return _private(render(request, "people/ask_an_admin.html"))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def chosen(request: HttpRequest) -> HttpResponse:
    """The password arrives, with the secret in the body."""
    if request.method != "POST":
        return _dead(request, 200)
    if _tries(request) > TRIES_A_MINUTE:
        return _private(render(request, "people/dead_link.html", {"sentence": TOO_OFTEN}, status=429))
    now = timezone.now()
    invitation = acts.open_invitation(request.POST.get("token", ""), at=now)
    if invitation is None:
        return _dead(request, 410)
    form = PasswordForm(request.POST, user=invitation.user)
    if not form.is_valid():
        return _form(request, form)
    try:
        acts.accept(invitation, password=form.cleaned_data["password"], at=now)
    except acts.Refused:
        return _dead(request, 410)
    messages.success(request, f"Your password is set. Sign in as {invitation.user.get_username()}.")
    return _private(redirect("account_login"))


def _form(request: HttpRequest, form: PasswordForm) -> HttpResponse:
    user: User = form.user
    return _private(render(request, "people/welcome.html", {"form": form, "who": user}, status=422 if form.is_bound else 200))


def _dead(request: HttpRequest, status: int) -> HttpResponse:
    return _private(render(request, "people/dead_link.html", {"sentence": ""}, status=status))


def _private(answer: HttpResponse) -> HttpResponse:
    """Kept by no cache, and its address is told to nobody: not even to our own next page."""
    add_never_cache_headers(answer)
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "strict-origin"
    return answer


def _tries(request: HttpRequest) -> int:
    """How often this address has sent a password in this minute: hashing one is slow, and must not be asked for at will."""
    key = f"welcome:{get_adapter(request).get_client_ip(request)}:{int(time.time()) // 60}"
    cache.add(key, 0, 120)
    try:
        return int(cache.incr(key))
    except ValueError:  # dropped between the two calls
        return 1
