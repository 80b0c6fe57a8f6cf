"""Buffers so long, and reserves so large, that they keep from sale what could be sold."""

from django.db.models import F, Q, Sum
from django.urls import reverse

from config.system_audit.gaps import Cost, Found, Row, listed, plural
from config.system_audit.look import Look
from inventory.models import BufferRule, Level

TOO_LONG_H = 336  # a fortnight: four times the usual 72 h and more


def absurd(look: Look) -> Found:
    """Buffer rules in force of a fortnight or more, and reserves of more than there is. Three statements."""
    lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=look.at)
    rules = [_rule(rule) for rule in BufferRule.objects.filter(lasting, hours__gte=TOO_LONG_H).order_by("-hours", "pk")]
    kept = Level.objects.filter(reserve__gt=F("on_hand"))
    reserves = [_reserve(level) for level in kept.order_by("-reserve", "sku")]
    rows = rules + reserves
    if not rows:
        return Found()
    waiting = Level.objects.filter(buffer_hours__gte=TOO_LONG_H).aggregate(many=Sum("waiting"))["many"] or 0
    return Found(
        count=len(rows),
        sentence=f"{plural(len(rows), 'buffer or reserve', 'buffers or reserves')} look wrong: a fortnight or more, or more than there is.",
        costs=(Cost(waiting, "garment kept off sale", "garments kept off sale"),),
        rows=listed(rows),
        url=reverse("inventory:buffers"),
    )


def _rule(rule: BufferRule) -> Row:
    return Row(str(rule), reverse("inventory:buffers"), f"{rule.hours:,} hours")


def _reserve(level: Level) -> Row:
    return Row(level.sku, reverse("inventory:sku", args=[level.sku]), f"{level.reserve:,} kept back, {level.on_hand:,} on hand")
