"""An admin says how long something is kept."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from exceptions_queue.audit import record
from partners.actions.feeds import Refused
from partners.models import RetentionPeriod
from partners.rules.retention import BY_KEY, why_not


def keep_for(what: str, *, days: int, reason: str, actor: User, at: datetime) -> RetentionPeriod:
    """Keep this for so many days from now on; what is older goes with the next night's run, for good.

    Raises Refused outside its bounds, without a reason, and where it is kept for that long already.
    """
    kept = BY_KEY[what]
    if why := why_not(kept, days):
        raise Refused(why)
    if not reason.strip():
        raise Refused("Say why: whoever answers for it later has to know.")
    with transaction.atomic():
        row, _ = RetentionPeriod.objects.get_or_create(what=what, defaults={"days": kept.days})
        before = row.days
        if not RetentionPeriod.objects.filter(pk=row.pk).exclude(days=days).update(days=days, changed_by=actor, changed_at=at):
            raise Refused(f"{kept.label} is kept for {days} days already.")
        row.refresh_from_db()
        record("retention changed", row, actor=actor, at=at, before={"days": before}, after={"days": days}, reason=reason.strip())
    return row
