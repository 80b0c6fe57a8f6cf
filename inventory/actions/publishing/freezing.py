"""A person stops telling the shop, and starts it again."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from exceptions_queue.audit import record
from inventory.models import StockFreeze


class AlreadyFrozen(Exception):
    """Somebody was quicker."""


class NotFrozen(Exception):
    """Nobody's freeze stands."""


def freeze(reason: str, *, actor: User, at: datetime) -> StockFreeze:
    """Tell the shop nothing from now on, neither up nor down. Raises AlreadyFrozen."""
    try:
        with transaction.atomic():
            made = StockFreeze.objects.create(reason=reason, made_by=actor, made_at=at)
            record("froze the shop's stock", made, actor=actor, at=at, reason=reason)
    except IntegrityError as twice:
        raise AlreadyFrozen from twice
    return made


def unfreeze(*, actor: User, at: datetime) -> None:
    """Tell the shop again. Stock that is too old keeps it frozen all the same. Raises NotFrozen."""
    with transaction.atomic():
        standing = StockFreeze.objects.select_for_update().filter(ended_at=None).first()
        if standing is None:
            raise NotFrozen
        StockFreeze.objects.filter(pk=standing.pk).update(ended_at=at, ended_by=actor)
        record("ended the freeze of the shop's stock", standing, actor=actor, at=at)
