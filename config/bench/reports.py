"""Every report over a million orders and a million closed cases, each beside one bare aggregate of the rows it counts.

The bare side is what a person would type into a database console for the report's headline: no days, no names, no ORM. A report
brings its daily rows, its tables and its charts besides.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from config.bench.harness import BenchEnv, Measure, at_most, count_at_most, interleaved, statements
from config.bench.seed import Sql, insert_series, settle
from config.reports.period import Period
from config.reports.registry import REPORTS
from config.reports.shape import Report
from exceptions_queue.models import ExceptionCase
from inventory.models import Garment, GarmentChange, Product, StockDay
from lockers.models import Manifest, Parcel
from orders.models import CheckoutRefusal, GateDecision, Order
from partners.models import CodeMapping
from returns.models import WriteOff

ROWS, STOCK, REFUSALS, WRITE_OFFS, LOCKERS = 1_000_000, 1_000_000, 1_000_000, 200_000, 15_000
TIMES, STATEMENTS = 3.0, 3
DAYS = 365
PERIOD = Period(date(2026, 1, 1), date(2026, 12, 31))
# By report, the bare statements whose numbers it has to know at least.
BARE: dict[str, str] = {
    "first-time-pass": """
        SELECT count(*), count(*) FILTER (WHERE passed) FROM (
            SELECT DISTINCT ON (d.order_id) d.passed
            FROM orders_gatedecision d JOIN orders_order o ON o.id = d.order_id
            WHERE d.gate = 'release' AND o.placed_at >= %(start)s AND o.placed_at < %(end)s
            ORDER BY d.order_id, d.id
        ) AS first
    """,
    "stopped": """
        SELECT code, count(*), count(*) FILTER (WHERE state = 'open') FROM exceptions_queue_exceptioncase
        WHERE opened_at >= %(start)s AND opened_at < %(end)s AND blocks LIKE '%%R%%' GROUP BY code;
        SELECT cause_key, count(*), count(*) FILTER (WHERE state = 'open') FROM exceptions_queue_exceptioncase
        WHERE opened_at >= %(start)s AND opened_at < %(end)s AND code = 'LBL-FAILED' GROUP BY cause_key;
        SELECT count(*) FROM orders_order WHERE released_at >= %(start)s AND released_at < %(end)s
    """,
    "time-to-fix": """
        SELECT owner, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY closed_at - opened_at),
               percentile_disc(0.9) WITHIN GROUP (ORDER BY closed_at - opened_at)
        FROM exceptions_queue_exceptioncase WHERE closed_at >= %(start)s AND closed_at < %(end)s GROUP BY owner;
        SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY closed_at - opened_at),
               percentile_disc(0.9) WITHIN GROUP (ORDER BY closed_at - opened_at)
        FROM exceptions_queue_exceptioncase WHERE closed_at >= %(start)s AND closed_at < %(end)s;
        SELECT extract(isodow FROM opened_at), extract(hour FROM opened_at), count(*)
        FROM exceptions_queue_exceptioncase WHERE opened_at >= %(start)s AND opened_at < %(end)s GROUP BY 1, 2
    """,
    "cut-offs": """
        SELECT m.collection_on, count(*) FROM lockers_parcel p JOIN lockers_manifest m ON m.id = p.manifest_id
        WHERE m.collection_on BETWEEN %(first)s AND %(last)s AND m.state = 'closed' AND p.state = 'manifested' GROUP BY 1;
        SELECT count(*) FROM exceptions_queue_exceptioncase
        WHERE opened_at >= %(start)s AND opened_at < %(end)s AND code = 'MAN-MISSED';
        SELECT owner, count(*), count(*) FILTER (WHERE closed_at <= due_at) FROM exceptions_queue_exceptioncase
        WHERE closed_at >= %(start)s AND closed_at < %(end)s GROUP BY owner
    """,
    "lockers": """
        SELECT point_id, count(*), count(*) FILTER (WHERE now_at_point <> ''), count(*) FILTER (WHERE carriage = 'expired')
        FROM lockers_parcel WHERE state <> 'void' AND created_at >= %(start)s AND created_at < %(end)s GROUP BY point_id;
        SELECT locker_id, count(*) FROM exceptions_queue_exceptioncase
        WHERE opened_at >= %(start)s AND opened_at < %(end)s AND code = 'LOC-CLOSED' GROUP BY locker_id
    """,
    "acs": """
        SELECT was, count(*), avg(at - since_before), max(at - since_before) FROM inventory_garmentchange
        WHERE event = 'status' AND at >= %(start)s AND at < %(end)s GROUP BY was;
        SELECT count(*) FROM inventory_garmentchange WHERE event = 'missing' AND at >= %(start)s AND at < %(end)s;
        SELECT code, count(*) FROM exceptions_queue_exceptioncase
        WHERE opened_at >= %(start)s AND opened_at < %(end)s AND code IN ('ORD-SHORT', 'STK-FEED-LATE') GROUP BY code
    """,
    "stock": """
        SELECT "on", sum(d_waiting), sum(d_free) FROM (
            SELECT "on", waiting - coalesce(lag(waiting) OVER same, 0) AS d_waiting,
                   sellable - coalesce(lag(sellable) OVER same, 0) AS d_free
            FROM inventory_stockday WINDOW same AS (PARTITION BY sku ORDER BY "on")
        ) AS d GROUP BY "on";
        SELECT count(*) FROM exceptions_queue_exceptioncase
        WHERE opened_at >= %(start)s AND opened_at < %(end)s AND code = 'STK-OVERSOLD'
    """,
    "checkout": """
        SELECT sku, code, sum(carts) FROM orders_checkoutrefusal WHERE day BETWEEN %(first)s AND %(last)s GROUP BY sku, code;
        SELECT day, sum(carts) FROM orders_checkoutrefusal WHERE day BETWEEN %(first)s AND %(last)s GROUP BY day
    """,
    "write-offs": """
        SELECT p.brand, w.cause, w.reason, count(*), sum(w.carrying_pence)
        FROM returns_writeoff w LEFT JOIN inventory_product p ON p.sku = w.sku
        WHERE w.happened_on BETWEEN %(first)s AND %(last)s AND w.state NOT IN ('rejected', 'reversed') GROUP BY 1, 2, 3
    """,
    "collections": """
        SELECT count(*), count(labelled_at), count(manifested_at), count(handed_over_at), count(in_locker_at), count(collected_at),
               count(*) FILTER (WHERE carriage = 'expired'), count(*) FILTER (WHERE carriage IN ('returning', 'returned'))
        FROM lockers_parcel WHERE state <> 'void' AND created_at >= %(start)s AND created_at < %(end)s
    """,
}
_DAYS_ASKED = {"start": PERIOD.starts_at, "end": PERIOD.ends_at, "first": PERIOD.first, "last": PERIOD.last}


def run(env: BenchEnv) -> list[Measure]:
    rows = env.size(ROWS, least=2_000)
    env.say(f"making {rows:,} orders, decisions, parcels and closed cases over {DAYS} days, and a year of stock")
    lockers = env.size(LOCKERS, least=100)
    make_orders(rows, lockers)
    make_cases(rows, lockers)
    make_goods(env.size(STOCK, least=2_000))
    make_refusals(env.size(REFUSALS, least=500))
    make_write_offs(env.size(WRITE_OFFS, least=500))
    return [measure for report in REPORTS.values() for measure in _beside(report, env)]


def _beside(report: Report, env: BenchEnv) -> tuple[Measure, Measure]:
    env.say(report.key)
    with statements() as seen:
        answer = report.run(PERIOD)
    empty = "" if any(table.rows for table in answer.tables) else "nothing was counted"
    rounds = interleaved(report=partial(report.run, PERIOD), bare=bare(report.key))
    return (
        count_at_most(f"statements of {report.key}", seen.count if not empty else STATEMENTS + 1, STATEMENTS, empty),
        at_most(f"{report.key} ÷ its bare aggregate", rounds.ratio("report", "bare"), TIMES, rounds.detail("report", "bare")),
    )


def bare(key: str) -> Callable[[], None]:
    """The other side: the report's rows counted by hand."""

    def ask() -> None:
        with connection.cursor() as cursor:
            for sql in BARE[key].split(";"):
                cursor.execute(sql, _DAYS_ASKED)
                cursor.fetchall()

    return ask


# --- the world ------------------------------------------------------------------------------------------------------------


def _moment(plus: str = "") -> Sql:
    """An instant of the year by the row number, spread over its days and their hours."""
    minutes = f"CAST(mod(CAST(n AS bigint) * 7919, {DAYS * 1_440 - 60}) AS integer)"
    return Sql(f"TIMESTAMPTZ '2026-01-01T00:30Z' + make_interval(mins => {minutes}){plus}")


def make_orders(rows: int, lockers: int) -> None:
    """Orders with one or two words of the release gate, and a parcel each, on the manifest of their week."""
    common = {"content_hash": "x", "fetched_at": datetime(2026, 1, 1, tzinfo=UTC), "store_updated_at": datetime(2026, 1, 1, tzinfo=UTC)}
    told = {"number": Sql("'B-' || n"), "store_id": Sql("'B-' || n"), "state": "released", "destination": "locker"}
    insert_series(Order, rows, placed_at=_moment(), released_at=_moment(" + interval '3 hours'"), **told, **common)
    settle(Order)
    first = Order.objects.order_by("pk").values_list("pk", flat=True)[0] - 1
    said = {"gate": "release", "inputs_hash": "x", "rules_version": "1"}
    insert_series(GateDecision, rows, order_id=Sql(f"{first} + n"), passed=Sql("mod(n, 8) <> 0"), decided_at=_moment(), **said)
    insert_series(
        GateDecision, rows // 8, order_id=Sql(f"{first} + n * 8"), passed=True, decided_at=_moment(" + interval '1 hour'"), **said
    )
    _make_parcels(rows, lockers)
    settle(GateDecision, Parcel, Manifest)


def _make_parcels(rows: int, lockers: int) -> None:
    start = datetime(2026, 1, 5, 17, tzinfo=UTC)
    weeks = [start + timedelta(weeks=n) for n in range(52)]
    made = Manifest.objects.bulk_create(
        Manifest(site_key="acs", collection_on=at.date(), cutoff_at=at, created_at=at, state="closed", closed_at=at) for at in weeks
    )
    late = "CASE WHEN mod(n, 5) > {0} THEN "
    insert_series(
        Parcel,
        rows,
        order_number=Sql("'B-' || n"),
        tracking_number=Sql("'J' || n"),
        state="manifested",
        manifest_id=Sql(f"{made[0].pk} + mod(n, 52)"),
        gate_passed_at=_moment(),
        manifested_at=_moment(),
        created_at=_moment(),
        labelled_at=_moment(),
        handed_over_at=Sql(late.format(0) + _moment() + " END"),
        in_locker_at=Sql(late.format(1) + _moment() + " END"),
        collected_at=Sql(late.format(2) + _moment() + " END"),
        point_id=Sql(f"'UK' || lpad(CAST(mod(n, {lockers}) AS text), 8, '0')"),
        carriage=Sql("(ARRAY['collected', 'collected', 'expired', 'redirected', 'returned'])[1 + mod(n, 5)]"),
    )


def make_cases(rows: int, lockers: int) -> None:
    """Closed cases of every desk, and one in twenty still open."""
    codes = ("VAL-MOB-FORMAT", "LOC-CLOSED", "VAL-DIM-MISSING", "LBL-FAILED", "MAN-MISSED", "ORD-SHORT", "STK-FEED-LATE", "STK-OVERSOLD")
    named = ", ".join(f"'{code}'" for code in codes)
    about: dict[str, object] = {
        "subject_type_id": ContentType.objects.get_for_model(Order).pk,
        "subject_label": "Order",
        "code": Sql(f"(ARRAY[{named}])[1 + mod(n, 8)]"),
        "blocks": Sql("CASE WHEN mod(n, 8) < 3 THEN 'R' ELSE '' END"),
        "owner": Sql("(ARRAY['cx', 'warehouse', 'merchandiser', 'integration'])[1 + mod(n, 4)]"),
        "cause_key": Sql("'LBL-FAILED:phone:' || (ARRAY['fix_first', 'try_again', 'unknown'])[1 + mod(n, 3)] || ':'"),
        "evidence_hash": "x",
        "locker_id": Sql(f"'UK' || lpad(CAST(mod(n, {lockers}) AS text), 8, '0')"),
        "due_at": _moment(" + interval '6 hours'"),
        "opened_at": _moment(),
        "last_seen_at": _moment(),
    }
    took = " + make_interval(secs => CAST(60 + mod(CAST(n AS bigint) * 104729, 200000) AS double precision))"
    insert_series(ExceptionCase, rows, subject_id=Sql("n"), state="cured", closed_at=_moment(took), **about)
    insert_series(ExceptionCase, rows // 20, subject_id=Sql(f"{rows} + n"), state="open", **about)
    settle(ExceptionCase)


def make_goods(rows: int) -> None:
    """A year of stock, a row in four days per SKU, and as many garments that changed their state."""
    counters = {
        "on_hand": Sql("10 + mod(n, 40)"),
        "for_sale": Sql("8 + mod(n, 30)"),
        "waiting": Sql("mod(n, 5)"),
        "reserve": Sql("mod(n, 3)"),
    }
    on = Sql("DATE '2026-01-01' + CAST(mod(n, 91) * 4 AS integer)")
    insert_series(StockDay, rows, sku=Sql("'S-' || n / 91"), on=on, allocated=0, sellable=Sql("mod(n, 20)"), **counters)
    status = CodeMapping.objects.create(partner="acs", kind="stock_status", folded="bench", raw="Bench", target="ready")
    seen = {"since": _moment(), "first_seen_at": _moment(), "changed_at": _moment()}
    insert_series(Garment, rows // 4, rfid=Sql("'G-' || n"), sku=Sql("'S-' || n / 91"), raw_status="Bench", status=status, **seen)
    first = Garment.objects.order_by("pk").values_list("pk", flat=True)[0] - 1
    insert_series(
        GarmentChange,
        rows // 4,
        garment_id=Sql(f"{first} + n"),
        event=Sql("CASE WHEN mod(n, 20) = 0 THEN 'missing' ELSE 'status' END"),
        was=Sql("(ARRAY['In Processing', 'Quarantine', 'Refurbishment', 'Receipted'])[1 + mod(n, 4)]"),
        became="Bench",
        at=_moment(),
        since_before=_moment(" - interval '30 hours'"),
    )
    settle(StockDay, Garment, GarmentChange)


def make_refusals(rows: int) -> None:
    day = Sql("DATE '2026-01-01' + CAST(mod(n, 365) AS integer)")
    insert_series(CheckoutRefusal, rows, day=day, sku=Sql("'S-' || n / 365"), code="VAL-OVERSIZE", carts=Sql("1 + mod(n, 9)"))
    settle(CheckoutRefusal)


def make_write_offs(rows: int) -> None:
    """Of a tenth as many SKUs, of forty brands."""
    then = datetime(2026, 1, 1, tzinfo=UTC)
    insert_series(
        Product, rows // 10, sku=Sql("'W-' || n"), name="Dress", brand=Sql("'Brand ' || mod(n, 40)"), fetched_at=then, changed_at=then
    )
    insert_series(
        WriteOff,
        rows,
        reference=Sql("'BER-' || n"),
        rfid=Sql("'W' || n"),
        sku=Sql(f"'W-' || (1 + mod(n, {rows // 10}))"),
        cause=Sql("CASE WHEN mod(n, 3) = 0 THEN 'ex_hired' ELSE 'graded' END"),
        reason=Sql("(ARRAY['Torn', 'Stained', ''])[1 + mod(n, 3)]"),
        happened_on=Sql("DATE '2026-01-01' + CAST(mod(n, 365) AS integer)"),
        carrying_pence=Sql("1000 + mod(n, 9000)"),
        raised_at=then,
    )
    settle(Product, WriteOff)
