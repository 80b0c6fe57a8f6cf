"""Change what the shop's checkout may offer."""

from datetime import datetime

from django.db import transaction

from exceptions_queue.audit import Actor, record
from orders.models import CarrierRate

SHOWN = ("service_code", "name", "description", "price_pence", "currency", "locker", "phone_required", "min_days", "max_days", "active")


def save_rate(rate: CarrierRate, *, actor: Actor, at: datetime) -> CarrierRate:
    """Save a rate and its audit row. The checkout offers it within a minute: every web process keeps the rates that long."""
    with transaction.atomic():
        before = CarrierRate.objects.filter(pk=rate.pk).values(*SHOWN).first() or {}
        rate.save()
        record("delivery rate saved", rate, actor=actor, at=at, before=before, after={name: getattr(rate, name) for name in SHOWN})
    return rate
