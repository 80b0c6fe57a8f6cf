"""Do it: learn how long garments take from coming into a state until they are ready."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from inventory.models import GarmentChange, StateTime
from inventory.states import ItemState
from partners.mappings import fold
from partners.models import CodeMapping

LOOK_BACK = timedelta(days=180)
_SHARES = (0.5, 0.8, 0.9)
# One row per stay that ended: what it was, when it came into it, and when the garment was next ready. Whole seconds on both databases.
_STAYS = """
    SELECT garment.sku, texts.target, change.since_before AS began,
           MIN(CASE WHEN became.target = 'ready' THEN change.at END) OVER (
               PARTITION BY change.garment_id ORDER BY change.at, change.id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
           ) AS ready
    FROM inventory_garmentchange AS change
    JOIN inventory_garment AS garment ON garment.id = change.garment_id
    JOIN texts ON texts.raw = change.was
    LEFT JOIN texts AS became ON became.raw = change.became
    WHERE change.event = 'status' AND change.at >= %s
"""
_HOURS = """
    SELECT COALESCE(product.category, '') AS category, stay.target, {seconds} / 3600.0 AS hours
    FROM ({stays}) AS stay LEFT JOIN inventory_product AS product ON product.sku = stay.sku
    WHERE stay.ready IS NOT NULL AND stay.began IS NOT NULL AND stay.ready >= stay.began AND stay.target <> 'ready'
"""
_EVERY = "SELECT '' AS category, target, hours FROM hours UNION ALL SELECT category, target, hours FROM hours WHERE category <> ''"
_POSTGRES = """
    SELECT category, target, COUNT(*), {shares} FROM every GROUP BY category, target
"""
# The same linear interpolation as percentile_cont: between the two rows around the place that a share falls on.
_SQLITE = """
    , placed AS (
        SELECT category, target, hours, ROW_NUMBER() OVER w - 1 AS place, COUNT(*) OVER (PARTITION BY category, target) AS n
        FROM every WINDOW w AS (PARTITION BY category, target ORDER BY hours)
    )
    SELECT category, target, MAX(n), {shares} FROM placed GROUP BY category, target
"""


def learn_state_times(*, at: datetime) -> int:
    """Write anew how long each state takes until ready, by category and for all goods, from what ended in the last 180 days.

    Returns how many rows there are. Three statements and the writes, whatever the number of changes.
    """
    since = at - LOOK_BACK
    meanings = _meanings(since)
    found = _percentiles(meanings, since) if meanings else []
    rows = [_row(*each) for each in found]
    with transaction.atomic():
        StateTime.objects.all().delete()
        StateTime.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def _row(category: str, target: str, observations: int, half: float, most: float, nearly_all: float) -> StateTime:
    shares = {"p50_h": round(half, 2), "p80_h": round(most, 2), "p90_h": round(nearly_all, 2)}
    return StateTime(category=category, target=target, observations=observations, **shares)


def _meanings(since: datetime) -> dict[str, str]:
    """{ACS's text as changes have it: item state}: few texts, however many changes."""
    changes = GarmentChange.objects.filter(event=GarmentChange.Event.STATUS, at__gte=since).order_by()
    texts = set(changes.values_list("was", flat=True).distinct()) | set(changes.values_list("became", flat=True).distinct())
    rows = CodeMapping.objects.filter(partner="acs", kind=CodeMapping.Kind.STOCK_STATUS, target__in=ItemState.values)
    targets = dict(rows.values_list("folded", "target"))
    return {text: targets[fold(text)] for text in texts if fold(text) in targets}


def _percentiles(meanings: dict[str, str], since: datetime) -> list[Any]:
    is_postgres = connection.vendor == "postgresql"
    seconds = _POSTGRES_SECONDS if is_postgres else _SQLITE_SECONDS
    shares = ", ".join((_postgres_share if is_postgres else _sqlite_share)(share) for share in _SHARES)
    texts = ", ".join(["(%s, %s)"] * len(meanings))
    hours = _HOURS.format(seconds=seconds, stays=_STAYS)
    with_ = f"WITH texts (raw, target) AS (VALUES {texts}), hours AS ({hours}), every AS ({_EVERY})"
    asked = with_ + (_POSTGRES if is_postgres else _SQLITE).format(shares=shares)
    values = [part for pair in sorted(meanings.items()) for part in pair]
    with connection.cursor() as cursor:
        cursor.execute(asked, [*values, since if is_postgres else since.replace(tzinfo=None).isoformat(" ")])
        found: list[Any] = cursor.fetchall()
        return found


_POSTGRES_SECONDS = "EXTRACT(EPOCH FROM date_trunc('second', stay.ready) - date_trunc('second', stay.began))::float8"
_SQLITE_SECONDS = "(CAST(strftime('%%s', stay.ready) AS INTEGER) - CAST(strftime('%%s', stay.began) AS INTEGER))"


def _postgres_share(share: float) -> str:
    return f"percentile_cont({share}) WITHIN GROUP (ORDER BY hours)"


def _sqlite_share(share: float) -> str:
    """Each row weighs by how near it lies to the place of the share: two rows at most, and their weights make one."""
    return f"SUM(hours * MAX(0.0, 1.0 - ABS(place - {share} * (n - 1))))"
