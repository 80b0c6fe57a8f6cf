"""The shop's checkout asks: may this basket go to a locker, and to which? Answered in time, always, and never with a 5xx."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    PermissionDenied,
    Throttled,
)

from exceptions_queue.api.door import Access, Door
from lockers.queries.checkout import Around, Offered
from lockers.rules.points import has_size
from orders import serializers as shapes
from orders.actions import refusals
from orders.api.baskets import read, refused
from orders.api.budget import log_fallback, readers
from orders.problems.cart import Judged, judge_cart
from orders.rules.eligibility import Reason, cannot_tell
from partners import tokens

SCOPE, PERMISSION = "eligibility", "lockers.view_point"
MINUTE_S = 60
_encode = msgspec.json.Encoder().encode


class Eligibility(Door):
    """A token is checked on a short way of its own; a person's session passes the framework as everywhere else."""

    access: ClassVar = {"POST": Access(SCOPE, (PERMISSION,))}

    @extend_schema(
        operation_id="locker_eligibility",
        summary="May this basket go to a locker?",
        description="By the rules that stop an order before its release. `fallback` is true where there was no time to look.",
        request=shapes.Cart,
        responses=shapes.Eligible,
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        return answer(getattr(request, "_request", request), time.monotonic())

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        usual = super().as_view(**initkwargs)

        def view(request: HttpRequest) -> HttpResponse:
            if request.method == "POST" and request.META.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer ":
                return by_token(request)
            return usual(request)

        view.__dict__.update(usual.__dict__)
        return view


def by_token(request: HttpRequest) -> HttpResponse:
    """The hot way: the key, the rate, the basket, the answer."""
    began = time.monotonic()
    try:
        if let_in(request, began):
            return answer(request, began)
        read(request)
        return said(fallback(timezone.now()))
    except APIException as refusal:
        return refused(refusal)


def answer(request: HttpRequest, began: float) -> HttpResponse:
    """Raises an APIException for what cannot be read; whatever else goes wrong gives the fallback."""
    question, at = read(request), timezone.now()
    try:
        judged = readers.within(left(began), lambda: judge_cart(question.lines, place=question.place, locker_id=question.locker_id))
    except Exception as trouble:  # noqa: BLE001 - a checkout is never told of our troubles
        log_fallback("checkout answered by the fallback", trouble)
        return said(fallback(at))
    if judged.reasons:
        note(judged.reasons, at)
    return said(told(judged, at))


def left(began: float) -> float | None:
    """The seconds of the budget that are left; None where there is none."""
    budget = settings.ELIGIBILITY_BUDGET_MS
    return budget / 1000 - (time.monotonic() - began) if budget else None


def said(document: Mapping[str, Any]) -> HttpResponse:
    return HttpResponse(_encode(document), content_type="application/json")


# --- who asks ---------------------------------------------------------------------------------------------------------------


def let_in(request: HttpRequest, began: float) -> bool:
    """Whether the token is known to be a good one. Raises AuthenticationFailed, PermissionDenied or Throttled.

    False where it could not be looked up: whoever that is gets the fallback and nothing else, which is the same for everybody
    and tells nothing.
    """
    text, at = request.META["HTTP_AUTHORIZATION"][7:].strip(), timezone.now()
    known = tokens.recall(text, PERMISSION, at=at, now=began)
    if known is None:
        known = _look_up(text, at, began)
    if known is None:
        return False
    if SCOPE not in known.scopes:
        raise PermissionDenied(f"This token lacks the scope {SCOPE}.", "scope")
    if not known.permitted:
        raise PermissionDenied
    if wait := rate.wait(known.pk, began):
        raise Throttled(wait)
    return True


def _look_up(text: str, at: datetime, began: float) -> tokens.Known | None:
    try:
        known = readers.within(left(began), lambda: tokens.look_up(text, PERMISSION, at=at, now=began))
    except AuthenticationFailed as refusal:
        refusal.auth_header = 'Bearer realm="lockstep"'  # type: ignore[attr-defined]
        raise
    except Exception as trouble:  # noqa: BLE001 - see `let_in`
        log_fallback("a token could not be looked up", trouble)
        return None
    readers.later(left(began), lambda: tokens.note_use(known.pk, at=at))
    return known


class Rate:
    """So many requests a minute for one token, counted in this process: no write and no call for one that is let in."""

    def __init__(self) -> None:
        self._minute, self._counts = -1, dict[int, int]()

    def forget(self) -> None:
        self._minute, self._counts = -1, {}

    def wait(self, token: int, now: float) -> int:
        """0 to go on, else the seconds until the next minute."""
        minute = int(now // MINUTE_S)
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        count = self._counts[token] = self._counts.get(token, 0) + 1
        return 0 if count <= settings.ELIGIBILITY_PER_MINUTE else max(1, int(MINUTE_S - now % MINUTE_S))


rate = Rate()

# --- what is answered -------------------------------------------------------------------------------------------------------


def told(judged: Judged, at: datetime) -> dict[str, Any]:
    around = judged.around
    return {
        "eligible": not judged.reasons,
        "size": judged.size or None,
        "reasons": [_reason(reason) for reason in judged.reasons],
        "locker": _locker(around.chosen, _takes(around, judged.size)) if around.chosen else None,
        "lockers": [_locker(point, bool(judged.size)) for point in around.near],
        "as_of": at,
        "fallback": False,
    }


def fallback(at: datetime) -> dict[str, Any]:
    """The configured answer, with a reason that a shopper may read."""
    allow = settings.ELIGIBILITY_FALLBACK == "allow"
    reasons = [] if allow else [_reason(cannot_tell())]
    return {"eligible": allow, "size": None, "reasons": reasons, "locker": None, "lockers": [], "as_of": at, "fallback": True}


def _reason(reason: Reason) -> dict[str, str]:
    named = {"sku": reason.sku} if reason.sku else {}
    return {"code": str(reason.code), **named, "text": reason.text}


def _takes(around: Around, size: str) -> bool:
    return bool(size and around.given and has_size(around.given.sizes, size))


def _locker(point: Offered, size_ok: bool) -> dict[str, Any]:
    return {
        "id": point.point_id,
        "name": point.name,
        "postcode": point.postcode,
        "distance_m": point.metres,
        "open_24_7": point.open_24_7,
        "size_ok": size_ok,
    }


def note(reasons: Sequence[Reason], at: datetime) -> None:
    """One refused basket in so many is counted, after the answer."""
    if refusals.is_sampled():
        budget = settings.ELIGIBILITY_BUDGET_MS or None
        readers.later(budget, lambda: refusals.count(reasons, day=timezone.localdate(at), stands_for=settings.ELIGIBILITY_SAMPLE))
