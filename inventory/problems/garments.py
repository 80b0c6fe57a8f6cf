"""Garments that vanished, came back from where nothing comes back, or do not move; and texts that mean nothing to us. All by sets."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, Min, OuterRef, Q, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber

from exceptions_queue.actions import subjects_with_open_case
from exceptions_queue.catalogue import Code
from inventory.models import Garment, GarmentChange, Product
from inventory.states import GONE_FOR_GOOD, Bucket
from partners import mappings
from partners.models import CodeMapping

MISSING_FILES = 3
STALLED_AFTER = timedelta(days=14)
ENOUGH = 200  # observations before a state's own history says how long it takes
HISTORY = timedelta(days=28)  # from the first of them: what takes long has not ended yet in a shorter one, so it would say too little
LEAST = timedelta(hours=24)  # a file comes once a day: nothing that stands for less has been seen to stand
PERCENT = 90
REMEMBERED = timedelta(days=180)

Found = dict[int, dict[str, Any]]
Named = dict[int, tuple[str, dict[str, Any]]]  # garment: (RFID, evidence)


def statuses() -> "list[tuple[int, str, str, dict[str, Any]]]":
    """(id, raw, target, flags) of every stock status."""
    rows = CodeMapping.objects.filter(partner="acs", kind=CodeMapping.Kind.STOCK_STATUS)
    return list(rows.values_list("pk", "raw", "target", "flags"))


def unmapped_statuses() -> Iterator[tuple[int, str, dict[str, Any]]]:
    """(mapping, text, evidence): evidence is {} for a text that has a meaning. Two statements."""
    known = statuses()
    without = [pk for pk, _, target, _ in known if not target]
    counts = dict(Garment.objects.filter(status__in=without, missing_since=None).order_by().values_list("status").annotate(Count("pk")))
    for pk, raw, target, _ in known:
        count = counts.get(pk, 0)
        yield pk, raw, {} if target else {"field": "status", "fault": "unmapped", "status": raw, "count": count}


def missing_for_good() -> Named:
    """The garments that three files in a row did not name, without those that were gone or away when last heard of. Two statements."""
    away = [pk for pk, _, target, flags in statuses() if target and (target in GONE_FOR_GOOD or flags.get("bucket") == Bucket.OUTSIDE)]
    rows = Garment.objects.filter(missing_since__isnull=False, missing_files__gte=MISSING_FILES).exclude(status__in=away)
    return {
        pk: (rfid, {"field": "rfid", "fault": "missing", "rfid": rfid, "sku": sku})
        for pk, rfid, sku in rows.values_list("pk", "rfid", "sku")
    }


def left_sale_again() -> list[int]:
    """The garments with an open jump that stand in no sellable state any more, or are missing: their jump is over."""
    selling = [pk for pk, _, target, flags in statuses() if target and flags.get("sellable") is True]
    jumped = Garment.objects.filter(pk__in=subjects_with_open_case(Garment, only=[Code.STK_JUMP]))
    return list(jumped.exclude(Q(status__in=selling) & Q(missing_since=None)).values_list("pk", flat=True))


def stalled(*, as_of: datetime) -> Named:
    """The garments that stand longer in a state of the warehouse than nine in ten of their category have, or than 14 days."""
    states = _moving()
    if not states:
        return {}
    own = limits(states, as_of=as_of)
    shortest = min([STALLED_AFTER, *own.values()])
    category = Coalesce(Subquery(Product.objects.filter(sku=OuterRef("sku")).values("category")[:1]), Value(""))
    rows = Garment.objects.filter(status__in=states, missing_since=None, since__lt=as_of - shortest).annotate(category=category)
    found: Named = {}
    for pk, rfid, sku, status, since, of in rows.values_list("pk", "rfid", "sku", "status", "since", "category").iterator():
        limit = own.get((of, states[status]), STALLED_AFTER)
        if since < as_of - limit:
            evidence = {"field": "status", "fault": states[status], "rfid": rfid, "sku": sku, "days": limit.days}
            found[pk] = (rfid, evidence)
    return found


def _moving() -> dict[int, str]:
    """{status: state} where a garment is on hand, may not be sold, and should move on by itself."""
    return {
        pk: target
        for pk, _, target, flags in statuses()
        if target and flags.get("sellable") is not True and flags.get("bucket") != Bucket.OUTSIDE and target not in GONE_FOR_GOOD
    }


def limits(states: Mapping[int, str], *, as_of: datetime) -> dict[tuple[str, str], timedelta]:
    """{(category, state): how long nine in ten took}, where at least 200 moves out of it are known, over at least 28 days; never less
    than a day. Three statements at most: a history that is too short for that is not read."""
    if not _moves(as_of).filter(at__lte=as_of - HISTORY).exists():
        return {}
    texts = _texts_of(set(states.values()), as_of)
    if not texts:
        return {}
    state = Case(*(When(was__in=raws, then=Value(name)) for name, raws in sorted(texts.items())), default=Value(""))
    category = Coalesce(Subquery(Product.objects.filter(sku=OuterRef("garment__sku")).values("category")[:1]), Value(""))
    took = ExpressionWrapper(F("at") - F("since_before"), output_field=DurationField())
    moves = (
        _moves(as_of).filter(was__in=[raw for raws in texts.values() for raw in raws]).annotate(state=state, category=category, took=took)
    )
    groups: dict[str, Any] = {"partition_by": [F("category"), F("state")]}
    ranked = moves.annotate(
        rank=Window(RowNumber(), order_by=["took", "id"], **groups),
        every=Window(Count("*"), **groups),
        first=Window(Min("at"), **groups),
    )
    known = ranked.filter(every__gte=ENOUGH, first__lte=as_of - HISTORY)
    at_rank = known.filter(rank__gte=F("every") * PERCENT / 100.0, rank__lt=F("every") * PERCENT / 100.0 + 1)
    return {(of, name): max(LEAST, took) for of, name, took in at_rank.values_list("category", "state", "took")}


def _texts_of(wanted: Collection[str], as_of: datetime) -> dict[str, list[str]]:
    """{state: the texts that mean it}, of those in the history."""
    meaning = {mappings.fold(raw): target for _, raw, target, _ in statuses()}
    texts: dict[str, list[str]] = defaultdict(list)
    for raw in _moves(as_of).order_by().values_list("was", flat=True).distinct():
        if (state := meaning.get(mappings.fold(raw), "")) in wanted:
            texts[state].append(raw)
    return texts


def _moves(as_of: datetime) -> Any:
    return GarmentChange.objects.filter(event=GarmentChange.Event.STATUS, since_before__isnull=False, at__gte=as_of - REMEMBERED)
