"""Garments that ACS's stock file calls ex-hired and nobody has said why: they may be beyond economic repair."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q

from inventory.models import Garment
from inventory.states import ItemState
from partners.models import CodeMapping
from returns.models import ReturnItem, WriteOff
from returns.states import ENDED, Grade

EXPLAINS = (Grade.BER, Grade.LOST)


class ExHired(NamedTuple):
    """A garment, since which stock file it has been ex-hired, and ACS's own text for that."""

    rfid: str
    sku: str
    since: datetime
    raw: str


def ex_hired(*, limit: int | None = None, after: datetime | None = None) -> list[ExHired]:
    """Those without a reason, the longest standing first: no grade says beyond repair or lost, and no write-off of theirs is open or was
    raised since they became ex-hired (a rejected one is a person's word on it).

    With `after`, only those that a file since then moved there: what was ex-hired when we first heard of it is history. Two statements.
    """
    retired = CodeMapping.objects.filter(partner="acs", kind=CodeMapping.Kind.STOCK_STATUS, target=ItemState.RETIRED)
    same = {"rfid": OuterRef("rfid")}
    explained = ReturnItem.objects.filter(**same, grade__target__in=EXPLAINS)
    decided = WriteOff.objects.filter(~Q(state__in=ENDED) | Q(raised_at__gte=OuterRef("since")), **same)
    garments = Garment.objects.filter(~Exists(explained), ~Exists(decided), status__in=list(retired.values_list("pk", flat=True)))
    if after is not None:
        garments = garments.filter(since__gte=after, first_seen_at__lt=F("since"))
    rows = garments.filter(missing_since=None).order_by("since", "pk").values_list("rfid", "sku", "since", "raw_status")
    return [ExHired(*row) for row in (rows if limit is None else rows[:limit])]
