"""A person proves that it is still them, before an act about people or money is done."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

View = Callable[..., HttpResponse]
SET_UP = "Deciding about money needs two-step sign-in. Set it up here, then decide again: nothing has been done yet."


def is_fresh(request: HttpRequest) -> bool:
    """Whether a password or a second step was given in this session in the last ten minutes."""
    given = [record["at"] for record in get_authentication_records(request, request.user)]
    return bool(time.time() - max(given, default=0) <= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def took_two_steps(request: HttpRequest) -> bool:
    """Whether this session gave a second step, such as a code; the make-believe world asks nobody for one."""
    return settings.SANDBOX or any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def freshly_signed_in(view: View) -> View:
    """An act for which a password (or a second step) must have been given in the last ten minutes.

    Otherwise the person is asked for it, and what they sent is done afterwards: nothing typed is lost.
    """

    @wraps(view)
    def fresh(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_fresh(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return fresh


def decides_about_money(view: View) -> View:
    """An act about money: freshly signed in, and in two steps. Who has no second step yet is sent to set one up."""

    @wraps(view)
    def proven(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if took_two_steps(request):
            return view(request, *args, **kwargs)
        if Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists():
            answer: HttpResponse = suspend_request(request, reverse("mfa_reauthenticate"))
            return answer
        messages.error(request, SET_UP)
        return redirect("mfa_index")

    return freshly_signed_in(proven)
