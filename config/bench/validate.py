"""The release gate over 100,000 orders: every rule with its findings, beside fetching the columns it reads.

The mobile rule alone stands beside the phonenumbers library asked for every order, as most projects would.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import phonenumbers

from config.bench.harness import BenchEnv, Measure, at_least, at_most, count_at_most, interleaved, statements
from config.bench.seed import Sql, insert_series, settle
from exceptions_queue.models import AuditEntry, ExceptionCase
from inventory.models import AcsSku, Product
from lockers.models import Point
from lockers.rules import phone
from orders.actions import recheck, review_many
from orders.models import GateDecision, Order, OrderLine
from orders.problems import facts, find_many
from partners.mappings import fold
from partners.models import CodeMapping

ORDERS, NUMBERS, BATCH = 100_000, 120_000, 5_000
POINTS, PRODUCTS = 5_000, 2_000
# Seen for the first time, 5,000 orders have 5,000 decisions and moves to write: two statements per 500 of them and fifteen for the rest.
FIRST_LOOK = 40
NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)


def run(env: BenchEnv) -> list[Measure]:
    env.say("making orders")
    make_orders(env.size(ORDERS, least=2 * BATCH))
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    mobiles = list(Order.objects.order_by("pk").values_list("mobile", flat=True))
    env.say("judging them")
    rounds = interleaved(
        columns=lambda: in_batches(fetch_the_columns, ids),
        ours=lambda: in_batches(judge, ids),
        mobile_rule=lambda: [phone.judge(raw) for raw in mobiles],
        phonenumbers=lambda: [library_judge(raw) for raw in mobiles],
    )
    sides, faster = rounds.detail("ours", "columns"), rounds.detail("phonenumbers", "mobile_rule")
    return [
        at_most("every rule with findings ÷ fetching the columns, wall", rounds.ratio("ours", "columns"), 5, sides),
        at_most("every rule with findings ÷ fetching the columns, CPU", rounds.ratio("ours", "columns", "cpu"), 5),
        at_least("phonenumbers called per order ÷ our mobile rule, wall", rounds.ratio("phonenumbers", "mobile_rule"), 6, faster),
        count_at_most("verdicts that differ from the library's", *differing_verdicts(env.size(NUMBERS, least=100_000))),
        *the_statements(ids),
    ]


def in_batches(act: Callable[[Sequence[int]], object], ids: Sequence[int]) -> None:
    for start in range(0, len(ids), BATCH):
        act(ids[start : start + BATCH])


def judge(ids: Sequence[int]) -> None:
    find_many(ids, at=NOON)


# --- baselines ------------------------------------------------------------------------------------------------------------


def fetch_the_columns(ids: Sequence[int]) -> None:
    """Only read what the rules read: order columns, lines with their products, lockers."""
    columns = [name for name in facts.Facts._fields if name != "duplicate_of"]
    orders = list(Order.objects.filter(pk__in=ids).order_by("pk").values_list(*columns))
    facts._read_lines(ids)
    facts._read_places({order[5] for order in orders})


def library_judge(raw: str) -> phone.Mobile:
    """What most projects write for every order: parse, is it valid, is it a mobile, format it."""
    try:
        number = phonenumbers.parse(raw, "GB")
    except phonenumbers.NumberParseException:
        return phone.Mobile(False, "missing" if not raw.strip() else "not_uk")
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in phone.MOBILE_TYPES:
        return phone.Mobile(False, "landline")
    return phone.Mobile(True, "", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), str(number.national_number))


# --- counts ---------------------------------------------------------------------------------------------------------------


def differing_verdicts(how_many: int) -> tuple[int, int, str]:
    """How many generated numbers our pattern and the library judge differently; the goal is none."""
    chance = random.Random(7)  # noqa: S311 - the same numbers every time
    wrong = [raw for raw in (some_number(chance) for _ in range(how_many)) if phone.judge(raw).ok is not phone.library_verdict(raw)]
    return len(wrong), 0, f"of {how_many:,} numbers" + (f", such as {wrong[0]!r}" if wrong else "")


def some_number(chance: random.Random) -> str:
    ten = (
        "7" + "".join(chance.choices("0123456789", k=9))
        if chance.random() < 0.7
        else "".join(chance.choices("0123456789", k=chance.randint(7, 12)))
    )
    forms = ("0{}", "+44{}", "0044{}", "44{}", "+44 (0){}", "{}", "+440{}", "+353{}", "0{} ", "O{}")
    return chance.choice(forms).format(ten)


def the_statements(ids: Sequence[int]) -> list[Measure]:
    """The whole gate with everything it writes: a first look at 5,000 orders, a second one, and one order alone."""
    batch = ids[:BATCH]
    with statements() as first:
        review_many(batch, at=NOON)
    with statements() as again:
        review_many(batch, at=NOON)
    one = Order.objects.get(pk=batch[0])
    with statements() as alone:
        recheck(one, actor="system:bench", at=NOON)
    with statements() as judged:
        judge(batch)
    return [
        count_at_most("statements to judge 5,000 orders", judged.count, 10),
        count_at_most("statements to look at 5,000 orders again and write what changed", again.count, 10),
        count_at_most("statements to check one order again", alone.count, 8),
        count_at_most("statements to see 5,000 orders first, all cases, decisions and moves written", first.count, FIRST_LOOK),
    ]


# --- the world ------------------------------------------------------------------------------------------------------------


def make_orders(count: int) -> None:
    """`count` paid locker orders with two lines each; about one in eight carries a fault, as in the sandbox's world."""
    _make_mappings()
    _make_points()
    _make_products()
    _make_orders(count)
    first = Order.objects.order_by("pk").values_list("pk", flat=True)[0]
    for line in (1, 2):
        sku = Sql(f"'SKU-' || (1 + mod(n * {line}, {PRODUCTS}))")
        insert_series(OrderLine, count, order_id=Sql(f"{first - 1} + n"), line_id=str(line), sku=sku, quantity=1, unit_price_pence=4200)
    settle(Point, Product, AcsSku, Order, OrderLine, ExceptionCase, GateDecision, AuditEntry)


def _make_points() -> None:
    insert_series(
        Point,
        POINTS,
        point_id=Sql("'UK' || lpad(n::text, 8, '0')"),
        status=Sql("CASE WHEN mod(n, 100) = 0 THEN 'NonOperating' ELSE 'Operating' END"),
        is_locker=True,
        functions=["parcel", "parcel_collect"],
        latitude=Sql("50 + mod(n, 800) / 100.0"),
        longitude=Sql("-5 + mod(n, 700) / 100.0"),
        sizes={"A": "NORMAL", "B": "NORMAL", "C": "NORMAL"},
        content_hash="x",
        may_receive=True,
        fetched_at=NOON,
        changed_at=NOON,
    )


def _make_products() -> None:
    insert_series(
        Product,
        PRODUCTS,
        sku=Sql("'SKU-' || n"),
        length_mm=Sql("CASE WHEN mod(n, 200) = 0 THEN NULL ELSE 300 + mod(n, 60) END"),
        width_mm=250,
        height_mm=Sql("30 + mod(n, 40)"),
        weight_g=Sql("300 + mod(n, 900)"),
        rigid=False,
        origin_country="GB",
        fetched_at=NOON,
        changed_at=NOON,
    )
    insert_series(AcsSku, PRODUCTS, sku=Sql("'SKU-' || n"), source="setup_list", first_seen_at=NOON)


MOBILE = (
    "CASE mod(n, 40) WHEN 0 THEN '0113 496 0' || lpad(mod(n, 1000)::text, 3, '0') WHEN 1 THEN '' "
    "ELSE '07712 ' || lpad(mod(n::bigint * 7919, 1000000)::text, 6, '0') END"
)


def _make_orders(count: int) -> None:
    insert_series(
        Order,
        count,
        number=Sql("'B-' || n"),
        store_id=Sql("n::text"),
        channel="web",
        placed_at=NOON,
        paid_at=NOON,
        store_updated_at=NOON,
        total_pence=8400,
        email=Sql("CASE WHEN mod(n, 97) = 0 THEN 'nobody' ELSE 'c' || n || '@example.com' END"),
        mobile=Sql(MOBILE),
        first_name="Ada",
        last_name=Sql("CASE WHEN mod(n, 89) = 0 THEN '' ELSE 'Byron' END"),
        address1=Sql("n || ' High Street'"),
        city="Leeds",
        postcode="LS1 4AB",
        country="GB",
        locker_id=Sql(f"'UK' || lpad((1 + mod(n, {POINTS}))::text, 8, '0')"),
        destination="locker",
        delivery_method="inpost_locker",
        customer_key=Sql("md5(n::text)"),
        contents_key=Sql("md5(n::text)"),
        content_hash="x",
        fetched_at=NOON,
    )


def _make_mappings() -> None:
    CodeMapping.objects.create(
        partner="acs",
        kind=CodeMapping.Kind.DELIVERY_METHOD,
        raw="inpost_locker",
        folded=fold("inpost_locker"),
        target="24",
        flags={"agent": "INPOST", "destination": "locker"},
    )
