"""An admin says where alerts go and when nobody wants to hear them: audited."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django_q.tasks import async_task

from exceptions_queue import audit
from exceptions_queue.models import AlertChannel, AlertMessage, Maintenance
from exceptions_queue.rules import Step

RING = "partners.tasks.send_alerts"


def save_channel(channel: AlertChannel, values: dict[str, Any], *, actor: User, at: datetime) -> AlertChannel:
    """Save a channel, new or not. Saving one that was broken tries it again."""
    with transaction.atomic():
        before = {name: getattr(channel, name) for name in values} if channel.pk else None
        for name, value in values.items():
            setattr(channel, name, value)
        channel.broken_at, channel.broken_why = None, ""
        channel.save()
        audit.record("alert channel saved", channel, actor=actor, at=at, before=_told(before or {}), after=_told(values))
    return channel


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Who gets the mail is for the channel's page, not for the audit log."""
    return {name: value for name, value in values.items() if name != "to"}


def send_test(channel: AlertChannel, *, actor: User, at: datetime) -> AlertMessage:
    """Write a test message and ring for it."""
    text = f"{actor.get_full_name() or actor.get_username()} tested this channel. Nothing is wrong."
    with transaction.atomic():
        message = AlertMessage.objects.create(channel=channel, step=Step.TEST, title="A test from Lockstep", text=text, created_at=at)
        audit.record("alert channel tested", channel, actor=actor, at=at)
        async_task(RING)
    return message


def add_maintenance(*, starts_at: datetime, ends_at: datetime, why: str, actor: User, at: datetime) -> Maintenance:
    """A time in which nothing new is raised."""
    with transaction.atomic():
        window = Maintenance.objects.create(starts_at=starts_at, ends_at=ends_at, why=why, created_by=actor)
        after = {"from": starts_at.isoformat(), "until": ends_at.isoformat(), "why": why}
        audit.record("quiet time set", window, actor=actor, at=at, after=after)
    return window


def end_maintenance(window: Maintenance, *, actor: User, at: datetime) -> None:
    """End a quiet time now, or take back one that has not begun."""
    with transaction.atomic():
        audit.record("quiet time ended", window, actor=actor, at=at)
        if window.starts_at >= at:
            window.delete()
        else:
            Maintenance.objects.filter(pk=window.pk).update(ends_at=at)
