"""An admin changes a site's calendar: audited, and open cases get the due times that now hold."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from exceptions_queue import audit
from exceptions_queue.audit import Actor
from exceptions_queue.calendars import Clock, clock_of, forget_shown_clock
from exceptions_queue.models import ExceptionCase, Site, SiteDay
from exceptions_queue.states import CaseState


def change_site(site: Site, values: dict[str, Any], *, actor: Actor, at: datetime) -> int:
    """Save a site's week; return how many open cases got another due time."""
    with transaction.atomic():
        Site.objects.select_for_update().get(pk=site.pk)
        old = Site.objects.get(pk=site.pk)
        clock = clock_of(old, at=at)
        for name, value in values.items():
            setattr(site, name, value)
        site.save(update_fields=list(values))
        before = {name: _text(getattr(old, name)) for name in values}
        audit.record("calendar changed", site, actor=actor, at=at, before=before, after={n: _text(v) for n, v in values.items()})
        return _retarget(clock, clock_of(site, at=at), at)


def set_day(site: Site, values: dict[str, Any], *, actor: Actor, at: datetime) -> int:
    """Make one day differ, in place of what was said of it before; return how many open cases moved."""
    with transaction.atomic():
        Site.objects.select_for_update().get(pk=site.pk)
        clock = clock_of(site, at=at)
        SiteDay.objects.update_or_create(site=site, on=values["on"], defaults=values)
        audit.record("calendar day set", site, actor=actor, at=at, after={n: _text(v) for n, v in values.items()})
        return _retarget(clock, clock_of(site, at=at), at)


def drop_day(day: SiteDay, *, actor: Actor, at: datetime) -> int:
    """Make a day an ordinary one again; return how many open cases moved."""
    with transaction.atomic():
        site = Site.objects.select_for_update().get(pk=day.site_id)
        clock = clock_of(site, at=at)
        audit.record("calendar day dropped", site, actor=actor, at=at, before={"on": day.on.isoformat(), "closed": day.closed})
        day.delete()
        return _retarget(clock, clock_of(site, at=at), at)


def _retarget(old: Clock, new: Clock, at: datetime) -> int:
    """Cases due at a cut-off of the old calendar go to the new one's. Few distinct instants, one UPDATE each."""
    transaction.on_commit(forget_shown_clock)
    zone = ZoneInfo(old.time_zone)
    open_cases = ExceptionCase.objects.filter(state=CaseState.OPEN, due_at__gt=at)
    moved = 0
    for due_at in sorted(set(open_cases.order_by().values_list("due_at", flat=True).distinct())):
        day = due_at.astimezone(zone).date()
        if old.cutoff_on(day) != due_at:
            continue
        due = new.release_due(at=max(at, datetime.combine(day, time(), zone)))
        if due.due_at != due_at:
            moved += open_cases.filter(due_at=due_at).update(due_at=due.due_at, cutoff_at=due.cutoff_at)
    return moved


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
