"""Lockers that open orders go to and that cannot take them."""

from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from config.system_audit.gaps import Found, Row, delayed, listed, plural
from config.system_audit.look import Look
from orders.problems.integrity import facts_sql

_WORDS = {"LOC-CLOSED": "closed", "VAL-LOCKER-UNKNOWN": "not in InPost's list"}


def in_use(_look: Look) -> Found:
    """By the very question of the integrity run, asked now of every locker order that has not left. One statement."""
    found = _read()
    if not found:
        return Found()
    count = len(found)
    return Found(
        count=count,
        sentence=f"{plural(count, 'locker')} that open orders go to {'is' if count == 1 else 'are'} closed, or unknown to InPost.",
        costs=(delayed(sum(orders for _, _, orders, _ in found), sum(pence for *_, pence in found)),),
        rows=listed([_row(locker, code, orders) for locker, code, orders, _ in found]),
        url=f"{reverse('queue:list')}?code={found[0][1]}",
    )


def _read() -> list[tuple[str, str, int, int]]:
    sql = f"""
SELECT o.locker_id, facts.code, COUNT(*), SUM(o.total_pence) FROM ({facts_sql()}) AS facts
JOIN orders_order o ON o.id = facts.order_id WHERE facts.code IN ('LOC-CLOSED', 'VAL-LOCKER-UNKNOWN')
GROUP BY o.locker_id, facts.code ORDER BY COUNT(*) DESC, o.locker_id
"""  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.execute(sql, {"full_after": None})
        return [(locker, code, orders, int(pence)) for locker, code, orders, pence in cursor.fetchall()]


def _row(locker: str, code: str, orders: int) -> Row:
    known = (
        reverse("lockers:detail", args=[locker])
        if code == "LOC-CLOSED"
        else f"{reverse('orders:list')}?{urlencode({'locker': locker, 'open': 1})}"
    )
    return Row(locker, known, f"{_WORDS[code]}, {plural(orders, 'open order')}")
