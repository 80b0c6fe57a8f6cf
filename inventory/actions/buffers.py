"""Do it: how long garments stay off sale after they became ready, and how many are kept back."""

from datetime import datetime

from django.db import transaction

from exceptions_queue.audit import Actor, person, record
from inventory.actions.levels import recount
from inventory.actions.outcomes import Refused
from inventory.models import BufferRule, Level
from inventory.queries.buffering import decided_for
from inventory.rules import DEFAULT_BUFFER

_HOURS = int(DEFAULT_BUFFER.total_seconds() // 3600)


def set_buffer(scope: str, value: str, hours: int, *, reason: str, expires_at: datetime | None, actor: Actor, at: datetime) -> BufferRule:
    """Say how long (h) garments of a group wait from now on; the counters of its SKUs follow in the same transaction."""
    said = {"hours": hours, "reason": reason, "expires_at": expires_at, "made_by": person(actor), "made_at": at}
    with transaction.atomic():
        before = BufferRule.objects.select_for_update().filter(scope=scope, value=value).values("hours", "reason").first()
        rule, _ = BufferRule.objects.update_or_create(scope=scope, value=value, defaults=said)
        after = {"hours": hours, "expires_at": expires_at.isoformat() if expires_at else None}
        record("buffer set", rule, actor=actor, at=at, before=before, after=after, reason=reason)
        _follow(at)
    return rule


def drop_buffer(rule: BufferRule, *, actor: Actor, at: datetime) -> None:
    """Let the next wider rule decide again."""
    with transaction.atomic():
        record("buffer dropped", rule, actor=actor, at=at, before={"hours": rule.hours, "reason": rule.reason})
        rule.delete()
        _follow(at)


def set_reserve(sku: str, quantity: int, *, reason: str, actor: Actor, at: datetime) -> Level:
    """Keep this many of a SKU back from sale from now on. Raises Refused."""
    with transaction.atomic():
        level = Level.objects.select_for_update().filter(sku=sku).first()
        if level is None:
            raise Refused(f"ACS has never named {sku}, so there is nothing to keep back. Check the SKU.", "sku")
        before, level.reserve = level.reserve, quantity
        level.save(update_fields=["reserve"])
        record("reserve set", level, actor=actor, at=at, before={"reserve": before}, after={"reserve": quantity}, reason=reason)
    return level


def _follow(at: datetime) -> None:
    """Give every SKU the buffer of the narrowest rule in force, and count anew those whose buffer changed."""
    wanted = {scope: list(_rules(scope, at)) for scope in BufferRule.Scope.values}
    changed: set[str] = set()
    all_goods = wanted[BufferRule.Scope.ALL] or [("", _HOURS)]
    left = decided_for(BufferRule.Scope.ALL, "", at=at)
    for scope, rules in {**wanted, BufferRule.Scope.ALL: all_goods}.items():
        for value, hours in rules:
            levels = left if scope == BufferRule.Scope.ALL else decided_for(scope, value, at=at)
            others = list(levels.exclude(buffer_hours=hours).values_list("sku", flat=True))
            Level.objects.filter(sku__in=others).update(buffer_hours=hours)
            changed.update(others)
    if changed:
        recount(changed, at=at)


def _rules(scope: str, at: datetime) -> list[tuple[str, int]]:
    rows = BufferRule.objects.filter(scope=scope).values_list("value", "hours", "expires_at")
    return [(value, hours) for value, hours, expires_at in rows if expires_at is None or expires_at > at]
