"""Do it: what a merchandiser keeps off sale: a buffer for a group of goods, a reserve of one SKU."""

from datetime import datetime
from typing import Any

from django.db import transaction

from exceptions_queue.audit import Actor, person, record
from inventory.actions.levels import apply_buffers
from inventory.actions.outcomes import Refused
from inventory.models import BufferRule, Level

LONGEST_HOURS = 2_160
MOST_KEPT = 1_000_000


def set_buffer(scope: str, value: str, hours: int, *, reason: str, expires_at: datetime | None, actor: Actor, at: datetime) -> BufferRule:
    """Keep garments of a SKU, category or brand (`value`), or of all goods (""), off sale for so many hours after they became ready.

    Replaces the rule the group had, counts anew what changes, and leaves an audit row. Raises Refused with a sentence.
    """
    value, reason = value.strip(), reason_of(reason)
    _check_buffer(scope, value, hours, expires_at, at)
    with transaction.atomic():
        standing = BufferRule.objects.select_for_update().filter(scope=scope, value=value).first()
        before = _told(standing) if standing else {}
        columns = {"hours": hours, "reason": reason, "made_by": person(actor), "made_at": at, "expires_at": expires_at}
        rule, _ = BufferRule.objects.update_or_create(scope=scope, value=value, defaults=columns)
        record("buffer set", rule, actor=actor, at=at, before=before, after=_told(rule), reason=reason)
        apply_buffers(at=at)
    return rule


def drop_buffer(rule: BufferRule, *, actor: Actor, at: datetime) -> None:
    """End a rule: the next wider one decides. Raises Refused where it has ended already."""
    with transaction.atomic():
        locked = BufferRule.objects.select_for_update().filter(pk=rule.pk).first()
        if locked is None:
            raise Refused(f"The buffer for {rule} has been ended already.")
        record("buffer ended", locked, actor=actor, at=at, before=_told(locked), after={})
        locked.delete()
        apply_buffers(at=at)


def set_reserve(sku: str, quantity: int, *, reason: str, actor: Actor, at: datetime) -> Level:
    """Keep so many garments of a SKU back from sale. Saying what stands there already writes nothing. Raises Refused."""
    reason = reason_of(reason)
    if not 0 <= quantity <= MOST_KEPT:
        raise Refused(f"Give a number of garments between 0 and {MOST_KEPT:,}.", "quantity")
    with transaction.atomic():
        level = Level.objects.select_for_update().filter(sku=sku).first()
        if level is None:
            raise Refused(f"ACS has never named {sku}, so there is nothing to keep back. Check the SKU.", "sku")
        if level.reserve != quantity:
            before = {"reserve": level.reserve}
            level.reserve = quantity
            level.save(update_fields=["reserve"])
            record("reserve set", level, actor=actor, at=at, before=before, after={"reserve": quantity}, reason=reason)
    return level


def reason_of(reason: str) -> str:
    """A reason as it is kept. Raises Refused for none, or one too long."""
    reason = reason.strip()
    if not reason:
        raise Refused("Say why, for whoever wonders later.", "reason")
    if len(reason) > 300:
        raise Refused(f"The reason has {len(reason)} characters; 300 is the most.", "reason")
    return reason


def _check_buffer(scope: str, value: str, hours: int, expires_at: datetime | None, at: datetime) -> None:
    if scope not in BufferRule.Scope.values:
        raise Refused("Say for what the buffer is: a SKU, a category, a brand, or all goods.", "scope")
    if scope == BufferRule.Scope.ALL and value:
        raise Refused(f"A buffer for all goods names no group: leave “{value[:40]}” out.", "value")
    if scope != BufferRule.Scope.ALL and not value:
        raise Refused(f"Name the {BufferRule.Scope(scope).label if scope == 'sku' else scope} the buffer is for.", "value")
    if len(value) > 80:
        raise Refused(f"The name has {len(value)} characters; 80 is the most.", "value")
    if not 0 <= hours <= LONGEST_HOURS:
        raise Refused(f"Give a number of hours between 0 and {LONGEST_HOURS:,} (ninety days).", "hours")
    if expires_at is not None and expires_at <= at:
        raise Refused("Give an end that is still to come, or none.", "expires_at")


def _told(rule: BufferRule) -> dict[str, Any]:
    ends = rule.expires_at.isoformat() if rule.expires_at else None
    return {"scope": str(rule.scope), "value": rule.value, "hours": rule.hours, "expires_at": ends}
