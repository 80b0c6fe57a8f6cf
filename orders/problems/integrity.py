"""What is wrong with the lockers of all open orders at once: shop, ACS and InPost side by side, by one join in the database.

The same question as `orders.problems.places`, answered for a hundred thousand orders in a fraction of a second; a property test
holds the two together, evidence included. Raw because no foreign keys join the rooms, and because the findings never leave the
database: `write` compares them with those that stand and writes only what differs.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection

from exceptions_queue.catalogue import Code
from lockers.queries import room
from orders.problems.places import Found

_NOW = "integrity_now"

# Its own locker against the mirror: the first that is true. `size` is the parcel's, where there is one, else what a gate reckoned.
_CODE = """CASE
  WHEN o.locker_id = '' THEN 'VAL-LOCKER-MISSING'
  WHEN p.id IS NULL THEN CASE WHEN EXISTS (SELECT 1 FROM lockers_point) THEN 'VAL-LOCKER-UNKNOWN' END
  WHEN NOT p.is_locker THEN 'VAL-LOCKER-UNKNOWN'
  WHEN p.gone_at IS NOT NULL OR p.status NOT IN ('Operating', 'Overloaded') OR p.collect_excluded OR NOT {collects} THEN 'LOC-CLOSED'
  WHEN {size} <> '' AND NOT {has_size} THEN 'LOC-SIZE'
  WHEN p.status = 'Overloaded' OR {is_low} THEN 'LOC-FULL'
END"""
_FAULT = """CASE code
  WHEN 'VAL-LOCKER-MISSING' THEN 'missing'
  WHEN 'VAL-LOCKER-UNKNOWN' THEN CASE WHEN status IS NULL THEN 'unknown' ELSE 'shop' END
  WHEN 'LOC-CLOSED' THEN CASE
    WHEN gone_at IS NOT NULL THEN 'gone' WHEN status NOT IN ('Operating', 'Overloaded') THEN status ELSE 'does_not_receive' END
  WHEN 'LOC-SIZE' THEN 'no_compartment'
  WHEN 'LOC-FULL' THEN CASE WHEN status = 'Overloaded' THEN 'overloaded' ELSE 'very_low' END
END"""
_SIZE = "COALESCE(NULLIF(l.size, ''), o.needs_size)"
# Two selects, so that each database uses the partial indexes of the orders before release and of those at ACS.
_ORDERS = """(
  SELECT id, number, state, locker_id, needs_size, NULL AS at_acs FROM orders_order
  WHERE state IN ('received', 'held', 'ready') AND excluded_why = '' AND destination = 'locker'{only}
  UNION ALL
  SELECT id, number, state, locker_id, needs_size, acs_locker_id FROM orders_order
  WHERE state = 'released' AND excluded_why = '' AND destination = 'locker' AND acs_status NOT IN ('despatched', 'cancelled'){only}
) o LEFT JOIN lockers_parcel l ON l.order_number = o.number AND l.state IN ('label_pending', 'labelled', 'manifested')"""
_HERE = "(l.id IS NULL OR (l.handed_over_at IS NULL AND l.carriage IN ('', 'announced', 'not_taken')))"
_FACTS = """
SELECT order_id, code, CASE WHEN code IS NOT NULL THEN {evidence} END AS evidence, CASE WHEN drifts THEN {drift} END AS drift FROM (
  SELECT *, {fault} AS fault FROM (
    SELECT o.id AS order_id, o.locker_id, {size} AS size, o.at_acs, l.point_id AS on_label, p.status, p.gone_at, {code} AS code,
           (COALESCE(o.at_acs, o.locker_id) <> o.locker_id OR COALESCE(l.point_id, o.locker_id) <> o.locker_id) AS drifts
    FROM {orders} LEFT JOIN lockers_point p ON p.point_id = o.locker_id
    WHERE {here}
  ) looked WHERE code IS NOT NULL OR drifts
) faulty"""
_EVIDENCE = (
    "'field', 'locker_id', 'fault', fault, 'locker', NULLIF(locker_id, ''), "
    "'size', CASE WHEN fault IN ('no_compartment', 'very_low') THEN size END"
)
_DRIFT = (
    "'field', 'locker_id', 'fault', CASE WHEN COALESCE(at_acs, locker_id) = locker_id THEN 'label' "
    "WHEN COALESCE(on_label, locker_id) = locker_id THEN 'acs' ELSE 'both' END, 'shop', locker_id, 'acs', at_acs, 'label', on_label"
)
_DIALECTS = {
    "postgresql": {
        "object": "jsonb_strip_nulls(jsonb_build_object({}))",
        "crawl_at": "%(full_after)s::timestamptz",
        "table": "(order_id bigint PRIMARY KEY, code text, evidence jsonb, drift jsonb)",
    },
    "sqlite": {
        "object": "json_patch('{{}}', json_object({}))",
        "crawl_at": "%(full_after)s",
        "table": "(order_id integer PRIMARY KEY, code text, evidence text, drift text)",
    },
}
_FINDINGS = f"""(
  SELECT order_id, code, evidence FROM {_NOW} WHERE code IS NOT NULL
  UNION ALL SELECT order_id, 'LOC-DRIFT', drift FROM {_NOW} WHERE drift IS NOT NULL
) now"""  # noqa: S608 - our own names, here and below
_END = f"""
UPDATE orders_integrityfinding AS f SET ended_run_id = %(run)s
WHERE f.ended_run_id IS NULL AND NOT EXISTS (
  SELECT 1 FROM {_NOW} now WHERE now.order_id = f.order_id
  AND ((now.code = f.code AND now.evidence = f.evidence) OR (f.code = 'LOC-DRIFT' AND now.drift = f.evidence)))"""  # noqa: S608
_OPEN = f"""
INSERT INTO orders_integrityfinding (order_id, code, evidence, first_run_id)
SELECT now.order_id, now.code, now.evidence, %(run)s FROM {_FINDINGS}
WHERE NOT EXISTS (
  SELECT 1 FROM orders_integrityfinding f WHERE f.order_id = now.order_id AND f.code = now.code AND f.ended_run_id IS NULL)"""  # noqa: S608


class Written(NamedTuple):
    """How many findings a run opened, and how many of before it ended."""

    opened: int
    ended: int


def write(run_id: int, *, full_after: datetime | None) -> Written:
    """Make the live findings equal what is wrong now: one INSERT … SELECT, one UPDATE. What is as it was is not written.

    Call it in a transaction, one run at a time. What is wrong stands in a temporary table in between, so that the join is made once.
    """
    params = {"run": run_id, "full_after": instant(full_after)}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_NOW}")
        cursor.execute(f"CREATE TEMPORARY TABLE {_NOW} {_DIALECTS[connection.vendor]['table']}")
        cursor.execute(f"INSERT INTO {_NOW} (order_id, code, evidence, drift) {facts_sql()}", params)
        cursor.execute(_END, params)
        ended = cursor.rowcount
        cursor.execute(_OPEN, params)
        opened = cursor.rowcount
        cursor.execute(f"DROP TABLE {_NOW}")
    return Written(opened, ended)


def find(ids: Sequence[int], *, full_after: datetime | None) -> dict[int, Found]:
    """What is wrong now with the lockers of these orders; those with nothing wrong, or not open, are left out. One statement."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(facts_sql(ids), {"full_after": instant(full_after)})
        rows = cursor.fetchall()
    return {order_id: _found(code, evidence, drift) for order_id, code, evidence, drift in rows}


def _found(code: str | None, evidence: str | None, drift: str | None) -> Found:
    own = {code: json.loads(evidence)} if code and evidence else {}
    return own | ({Code.LOC_DRIFT: json.loads(drift)} if drift else {})


def count_open() -> int:
    """How many locker orders a run looks at: not excluded, not ended, and not yet handed over to InPost."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {_ORDERS.format(only='')} WHERE {_HERE}")  # noqa: S608
        return int(cursor.fetchone()[0])


def facts_sql(ids: Iterable[int] | None = None) -> str:
    """The join: one row per order with something wrong, (order_id, code, evidence, drift). Takes the parameter `full_after`."""
    dialect = _DIALECTS[connection.vendor]
    only = "" if ids is None else f" AND id IN ({','.join(str(int(pk)) for pk in ids)})"
    is_low = room.is_low(_SIZE, dialect["crawl_at"])
    code = _CODE.format(size=_SIZE, collects=room.collects(), has_size=room.has_size(_SIZE), is_low=is_low)
    return _FACTS.format(
        evidence=dialect["object"].format(_EVIDENCE),
        drift=dialect["object"].format(_DRIFT),
        fault=_FAULT,
        size=_SIZE,
        code=code,
        orders=_ORDERS.format(only=only),
        here=_HERE,
    )


def instant(at: datetime | None) -> str | None:
    """An instant as the mirror's JSON writes it."""
    return None if at is None else at.astimezone(UTC).isoformat()
