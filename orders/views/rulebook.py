"""A person looks at the rules, tries another setting on what was decided, publishes it, and takes it back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from orders.actions import replaying
from orders.actions.outcomes import Refused
from orders.actions.rulebook import LONGEST_REASON, publish, roll_back
from orders.models import RuleReplay
from orders.queries import rulebook
from orders.rules.settings import BY_KEY, BadValue, Setting
from orders.views import Signed


@require_GET
@permission_required("orders.view_rulesetting", raise_exception=True)
def index(request: Signed) -> HttpResponse:
    return render(request, "orders/rules/index.html", {"rules": rulebook.rules(at=timezone.now())})


@require_GET
@permission_required("orders.view_rulesetting", raise_exception=True)
def page(request: Signed, key: str) -> HttpResponse:
    """One setting: what it does, what was published, and the form that tries another value."""
    return _page(request, _setting(key))


@require_POST
@permission_required("orders.publish_rulesetting", raise_exception=True)
def attempt(request: Signed, key: str) -> HttpResponse:
    """Try a value on stored decisions. 422 with a sentence where it cannot be tried."""
    setting, days = _setting(key), request.POST.get("days", "")
    try:
        if days not in map(str, replaying.DAYS):
            raise BadValue("Choose whether to look at the last 30 or the last 90 days.")
        value = setting.read(request.POST.getlist("value"))
        seen = replaying.ask(setting, value, days=int(days), actor=request.user, clock=timezone.now)
    except (BadValue, Refused) as refused:
        return _page(request, setting, refusal=str(refused), typed=request.POST.getlist("value"), status=422)
    return redirect("orders:rule-replay", key=key, pk=seen.pk)


@require_GET
@permission_required("orders.view_rulesetting", raise_exception=True)
def replay(request: Signed, key: str, pk: int) -> HttpResponse:
    """What a value would have done. As a fragment while a worker is at it."""
    setting = _setting(key)
    seen = _replay(key, pk)
    if request.headers.get("HX-Request") and seen.state in (RuleReplay.State.QUEUED, RuleReplay.State.RUNNING):
        return render(request, "orders/rules/_progress.html", {"seen": seen, "setting": setting})
    answer = _replay_page(request, setting, seen)
    if request.headers.get("HX-Request"):
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@permission_required("orders.publish_rulesetting", raise_exception=True)
def put_in_force(request: Signed, key: str, pk: int) -> HttpResponse:
    """Publish the value whose effect this person has seen. 409 with a sentence where that is no longer what would happen."""
    setting, seen, reason = _setting(key), _replay(key, pk), request.POST.get("reason", "")
    try:
        row = publish(seen, reason=reason, actor=request.user, at=timezone.now())
    except Refused as refused:
        return _replay_page(request, setting, seen, refusal=refused.sentence, reason=reason, status=422 if refused.field else 409)
    messages.success(request, f"{setting.label} is {setting.words(row.value)} from now on. Open orders are being checked again.")
    return redirect("orders:rule", key=key)


@require_POST
@permission_required("orders.publish_rulesetting", raise_exception=True)
def take_back(request: Signed, key: str) -> HttpResponse:
    """Publish the former value again."""
    setting, seen = _setting(key), request.POST.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
    try:
        row = roll_back(setting, version=version, reason=request.POST.get("reason", ""), actor=request.user, at=timezone.now())
    except Refused as refused:
        return _page(request, setting, refusal=refused.sentence, status=422 if refused.field else 409)
    messages.success(request, f"Rolled back: {setting.label} is {setting.words(row.value)} again. Open orders are being checked again.")
    return redirect("orders:rule", key=key)


def _setting(key: str) -> Setting:
    if key not in BY_KEY:
        raise Http404("There is no such setting. The list of rules names them all.")
    return BY_KEY[key]


def _replay(key: str, pk: int) -> RuleReplay:
    return get_object_or_404(RuleReplay.objects.select_related("asked_by"), pk=pk, key=key)


def _page(request: Signed, setting: Setting, *, refusal: str = "", typed: list[str] | None = None, status: int = 200) -> HttpResponse:
    now, stands = timezone.now(), rulebook.in_force()
    value, former = stands.value(setting.key), rulebook.former(setting)
    context: dict[str, Any] = {
        "setting": setting,
        "rules": [(code, rulebook.HOLDS[code]) for code in rulebook.HOLDS if code in setting.codes],
        "value": setting.words(value),
        "version": stands.version,
        "typed": typed if typed is not None else value if isinstance(value, list) else [str(value)],
        "former": None if former is None else setting.words(former),
        "versions": rulebook.versions(setting, at=now),
        "replays": rulebook.replays(setting, at=now),
        "days": replaying.DAYS,
        "refusal": refusal,
        "longest": LONGEST_REASON,
    }
    return render(request, "orders/rules/setting.html", context, status=status)


def _replay_page(
    request: Signed, setting: Setting, seen: RuleReplay, *, refusal: str = "", reason: str = "", status: int = 200
) -> HttpResponse:
    stands = rulebook.in_force()
    base = stands if seen.base_version == stands.version else rulebook.as_of(seen.base_version)
    context = {
        "setting": setting,
        "seen": seen,
        "tried": setting.words(seen.value),
        "before": setting.words(base.value(setting.key)),
        "stale": seen.base_version != stands.version,
        "result": seen.result,
        "not_replayed": seen.result.get("erased", 0) + seen.result.get("older", 0),
        "cut": seen.total >= replaying.MOST,
        "unseen": seen.total - seen.looked_at,
        "refusal": refusal,
        "reason": reason,
        "longest": LONGEST_REASON,
    }
    return render(request, "orders/rules/replay.html", context, status=status)
