"""Do it: keep garments off sale whatever ACS's stock file says, because a room above decides about them; and let go of them again."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, QuerySet, When
from django.db.models.functions import Coalesce

from exceptions_queue.audit import Actor, record_many
from inventory.actions.levels import recount
from inventory.models import Garment


def withhold(rfids: Collection[str], *, reason: str, actor: Actor, at: datetime) -> int:
    """Take these garments off sale now; return how many were not withheld before. Their SKUs are counted anew, and audit rows say why.

    A garment that ACS never named has no row to withhold: ask again once a file has named it. All of it or nothing.
    """
    with transaction.atomic(savepoint=False):
        found = _locked(Garment.objects.filter(rfid__in=list(rfids), withheld_since=None))
        if not found:
            return 0
        rows = Garment.objects.filter(pk__in=[garment.pk for garment in found])
        rows.update(withheld_since=at, doubted_since=Coalesce("doubted_since", at))
        _told("garment withheld", found, reason=reason, actor=actor, at=at)
    return len(found)


def let_go(rfids: Collection[str], *, reason: str, actor: Actor, at: datetime) -> int:
    """End what `withhold` began: ACS's file and the buffer decide again; return how many were withheld. All of it or nothing.

    One that jumped meanwhile, or before, still waits for a person's word about that.
    """
    with transaction.atomic(savepoint=False):
        found = _locked(Garment.objects.filter(rfid__in=list(rfids), withheld_since__isnull=False))
        if not found:
            return 0
        jumped = Case(When(doubted_since=F("withheld_since"), then=None), default="doubted_since")
        Garment.objects.filter(pk__in=[garment.pk for garment in found]).update(doubted_since=jumped, withheld_since=None)
        _told("garment let go", found, reason=reason, actor=actor, at=at)
    return len(found)


def _locked(rows: QuerySet[Garment]) -> list[Garment]:
    return list(rows.select_for_update().order_by("pk"))


def _told(verb: str, found: list[Garment], *, reason: str, actor: Actor, at: datetime) -> None:
    record_many(verb, [(Garment, garment.pk, garment.rfid) for garment in found], actor=actor, at=at, reason=reason)
    recount({garment.sku for garment in found}, at=at)
