"""A person asks how long garments stay off sale after they became ready, and says otherwise."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exceptions_queue.queries import words
from inventory.actions import Refused, drop_buffer, set_buffer
from inventory.forms import BufferForm
from inventory.models import BufferRule
from inventory.queries import buffering
from inventory.rules import DEFAULT_BUFFER
from inventory.views import Signed, address

ALLOWED = ["inventory.view_bufferrule", "inventory.change_bufferrule"]
HOURS = int(DEFAULT_BUFFER.total_seconds() // 3600)


@require_GET
@permission_required("inventory.view_bufferrule", raise_exception=True)
def buffer_list(request: Signed) -> HttpResponse:
    """Every rule, the widest last, because the narrowest decides."""
    now = timezone.now()
    rank = list(BufferRule.Scope.values)
    rules = sorted(buffering.rules(), key=lambda rule: (rank.index(rule.scope), rule.value))
    context = {
        "rules": [_row(rule, now) for rule in rules],
        "has_all": any(rule.scope == BufferRule.Scope.ALL and not _is_over(rule, now) for rule in rules),
        "hours": HOURS,
        "may_change": request.user.has_perm("inventory.change_bufferrule"),
    }
    return render(request, "inventory/buffers.html", context)


def _row(rule: BufferRule, now: datetime) -> dict[str, Any]:
    return {
        "rule": rule,
        "by": words.name_of(rule.made_by) if rule.made_by else "Lockstep",
        "made": words.day(timezone.localtime(rule.made_at)),
        "until": words.moment(rule.expires_at, now) if rule.expires_at else "",
        "is_over": _is_over(rule, now),
        "sku_url": address("inventory:sku", sku=rule.value) if rule.scope == BufferRule.Scope.SKU else "",
    }


def _is_over(rule: BufferRule, now: datetime) -> bool:
    return bool(rule.expires_at and rule.expires_at <= now)


@require_http_methods(["GET", "POST"])
@permission_required(ALLOWED, raise_exception=True)
def set_rule(request: Signed) -> HttpResponse:
    """Add or change a rule: first what it would change, in words, then the saving of it."""
    now = timezone.now()
    if request.method == "GET":
        return _show(request, BufferForm(initial=_standing(request), at=now))
    form = BufferForm(request.POST, at=now)
    if not form.is_valid():
        return _show(request, form, status=422)
    said = form.cleaned_data
    if request.POST.get("do") != "save":
        effect = buffering.effect(said["scope"], said["value"], said["hours"], at=now)
        return _show(request, form, effect=effect)
    try:
        rule = set_buffer(**said, actor=request.user, at=now)
    except Refused as refused:
        form.add_error(refused.field or None, refused.sentence)
        return _show(request, form, status=422)
    messages.success(request, f"Saved. {_named(rule)}: {rule.hours} h off sale after becoming ready.")
    return redirect("inventory:buffers")


def _named(rule: BufferRule) -> str:
    return str(rule.get_scope_display()) + (f" {rule.value}" if rule.value else "")


def _standing(request: Signed) -> dict[str, Any]:
    """The rule that the address names, as it stands, so that changing it begins from there."""
    asked = {name: request.GET.get(name, "").replace("\x00", "")[:80] for name in ("scope", "value")}
    rule = BufferRule.objects.filter(**asked).first()
    if rule is None:
        return {"scope": asked["scope"] or BufferRule.Scope.SKU, "value": asked["value"]}
    expires = timezone.localtime(rule.expires_at) if rule.expires_at else None
    return asked | {"hours": rule.hours, "reason": rule.reason, "expires_at": expires}


def _show(request: Signed, form: BufferForm, *, status: int = 200, effect: buffering.Effect | None = None) -> HttpResponse:
    context = {"form": form, "effect": effect}
    return render(request, "inventory/buffer.html", context, status=status)


@require_POST
@permission_required(ALLOWED, raise_exception=True)
def drop_rule(request: Signed, pk: int) -> HttpResponse:
    """Let the next wider rule decide again."""
    rule = get_object_or_404(BufferRule, pk=pk)
    name = _named(rule)
    try:
        drop_buffer(rule, actor=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"Dropped. For {name} the next wider buffer decides again.")
    return redirect("inventory:buffers")
