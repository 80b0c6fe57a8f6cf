"""Change where facts are looked for in what the shop sends."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from exceptions_queue.audit import Actor, record
from orders.models import ResolverRule

SHOWN = ("fact", "name", "source", "key", "json_path", "pattern", "enabled", "position")


def save_rule(rule: ResolverRule, *, actor: Actor, at: datetime) -> ResolverRule:
    """Save a rule, a new one behind the others of its fact. Orders are read with it from the next sync on."""
    with transaction.atomic():
        before = ResolverRule.objects.filter(pk=rule.pk).values(*SHOWN).first() or {}
        if rule.pk is None:
            last = ResolverRule.objects.filter(fact=rule.fact).aggregate(last=Max("position"))["last"]
            rule.position = (last or 0) + 1
        rule.save()
        record("resolver rule saved", rule, actor=actor, at=at, before=before, after={name: getattr(rule, name) for name in SHOWN})
    return rule


def move_rule(rule: ResolverRule, *, actor: Actor, at: datetime) -> bool:
    """Ask this rule before the one above it. False when it stands first already."""
    with transaction.atomic():
        rules = list(ResolverRule.objects.select_for_update().filter(fact=rule.fact).order_by("position", "id"))
        place = rules.index(rule)
        if place == 0:
            return False
        rules[place - 1], rules[place] = rules[place], rules[place - 1]
        for position, moved in enumerate(rules, start=1):
            moved.position = position
        ResolverRule.objects.bulk_update(rules, ["position"])
        record("resolver rule moved up", rule, actor=actor, at=at, after={"position": place})
    return True
