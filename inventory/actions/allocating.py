"""What orders take from stock. Only `orders` calls this, in the transaction that changes the order, with the order's row locked."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from inventory.actions.levels import lock_levels, make_levels
from inventory.models import Allocation, Level
from inventory.queries.counting import counting, still_taken
from inventory.queries.levels import statuses_by_use

Wanted = Mapping[str, Mapping[str, int]]


def allocate(order_number: str, wanted: Mapping[str, int], *, at: datetime) -> bool:
    """Make the order's allocations equal `wanted`, {SKU: garments}, and the counters with them; {} gives everything back.

    Returns whether anything changed. What is so already costs one statement.
    """
    return allocate_many({order_number: wanted}, at=at) > 0


def allocate_many(wanted: Wanted, *, at: datetime) -> int:
    """`allocate` for many orders, {number: {SKU: garments}}: one statement where nothing changes, else at most ten, whatever their
    number. Returns how many allocations were made, changed or given back."""
    wanted = {number: {sku: count for sku, count in skus.items() if sku and count > 0} for number, skus in wanted.items()}
    with transaction.atomic(savepoint=False):
        if not (touched := _touched(wanted, _standing(wanted))):
            return 0
        _lock(touched, at=at)
        standing = _standing(wanted)  # again, behind the locks: somebody may have been at the same orders
        _write(wanted, standing, at=at)
        _count(touched)
        return sum(standing.get(key) != count for key, count in _flat(wanted).items()) + len(standing.keys() - _flat(wanted).keys())


def leave(order_numbers: Collection[str], *, at: datetime) -> int:
    """These orders left ACS: their garments count as sold until a stock file of after `at` no longer holds them as ready. One
    statement."""
    return Allocation.objects.filter(order_number__in=order_numbers, left_at=None).update(left_at=at)


def _flat(wanted: Wanted) -> dict[tuple[str, str], int]:
    return {(number, sku): count for number, skus in wanted.items() for sku, count in skus.items()}


def _standing(wanted: Wanted) -> dict[tuple[str, str], int]:
    """What the orders take by now; zero where it is noted as gone, which is never what an order wants that is with us again."""
    rows = Allocation.objects.filter(order_number__in=list(wanted)).values_list("order_number", "sku", "quantity", "left_at")
    return {(number, sku): 0 if left_at else count for number, sku, count, left_at in rows}


def _touched(wanted: Wanted, standing: Mapping[tuple[str, str], int]) -> set[str]:
    flat = _flat(wanted)
    return {key[1] for key in flat.keys() | standing.keys() if flat.get(key) != standing.get(key)}


def _lock(skus: set[str], *, at: datetime) -> None:
    """Counters first and in SKU order, as `recount` does: then neither loses what the other writes, and none waits in a circle."""
    if new := skus - set(Level.objects.filter(sku__in=skus).values_list("sku", flat=True)):
        make_levels(new, at=at)
    lock_levels(Q(sku__in=skus))


def _write(wanted: Wanted, standing: Mapping[tuple[str, str], int], *, at: datetime) -> None:
    flat = _flat(wanted)
    given_back = [key for key in standing if key not in flat]
    if given_back:
        skus, numbers = {sku for _, sku in given_back}, {number for number, _ in given_back}
        rows = Allocation.objects.filter(order_number__in=numbers, sku__in=skus).values_list("pk", "order_number", "sku")
        Allocation.objects.filter(pk__in=[pk for pk, *key in rows if tuple(key) in set(given_back)]).delete()
    made = [
        Allocation(order_number=number, sku=sku, quantity=count, made_at=at)
        for (number, sku), count in sorted(flat.items())
        if standing.get((number, sku)) != count
    ]
    Allocation.objects.bulk_create(
        made, batch_size=1_000, update_conflicts=True, unique_fields=["order_number", "sku"], update_fields=["quantity", "left_at"]
    )


def _count(skus: set[str]) -> None:
    """The counters of these SKUs, all locked by now, say what is sold."""
    _, picked = statuses_by_use()
    rows = Allocation.objects.filter(counting(), sku=OuterRef("sku")).order_by().values("sku")
    sold = rows.annotate(sold=Sum(still_taken(picked))).values("sold")
    now = Coalesce(Subquery(sold, output_field=IntegerField()), 0)
    Level.objects.filter(sku__in=skus).exclude(allocated=now).update(allocated=now)
