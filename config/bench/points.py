"""Resync of the locker mirror: 100,000 points, bytes in hand → committed.

The floor reads the same bytes with the same typed decoder and copies every row into a temporary table: what any sync that
looks at each row in the database has to do at least. The other baseline is what a Django project would write first.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, cycle
from typing import Any

import msgspec
from django.db import connection, transaction

from config.bench.harness import BenchEnv, Measure, at_least, at_most, interleaved, peak_growth
from lockers.models import Point
from lockers.sync import apply_points
from lockers.sync.records import FeedPoint, Row, content_hash, raw_hash, row_of
from partners.inpost.feed import split_page
from partners.pages import Page

POINTS = 100_000
PER_PAGE = 5_000
NAIVE_SAMPLE = 2_000
FASTER_THAN_NAIVE = {"postgresql": 150, "sqlite": 50}

Pages = list[bytes]


class _TypedEnvelope(msgspec.Struct):
    items: list[FeedPoint]


_typed = msgspec.json.Decoder(_TypedEnvelope)
_ticks = count()


def run(env: BenchEnv) -> list[Measure]:
    size = env.size(POINTS, least=1_000)
    env.say(f"writing {size:,} points as JSON")
    pages = feed(size)
    measures = [*_unchanged(env, pages, size)]
    if connection.vendor == "postgresql":
        measures += [*_beside_the_floor(env, pages), *_changing(env, pages, size)]
    return measures


def _unchanged(env: BenchEnv, pages: Pages, size: int) -> Iterator[Measure]:
    env.say("filling the table, then nothing changed, beside update_or_create")
    with peak_growth() as grown:
        resync(pages)
        resync(pages)
    yield at_most("peak memory growth, first fill included, MiB", grown(), 150)
    before = _row_versions()
    resync(pages)
    yield at_most("rows written when nothing changed", len(before ^ _row_versions()), 0)
    sample = _sample(pages, NAIVE_SAMPLE)
    rounds = interleaved(ours=partial(resync, pages), naive=partial(update_or_create_each, sample))
    faster = rounds.ratio("naive", "ours", per=size / len(sample))
    detail = f"{rounds.detail('ours')} for {size:,}, {rounds.detail('naive')} for {len(sample):,}"
    yield at_least("times faster per row than update_or_create", faster, FASTER_THAN_NAIVE[connection.vendor], detail)


def _beside_the_floor(env: BenchEnv, pages: Pages) -> Iterator[Measure]:
    env.say("nothing changed, beside parse and COPY")
    rounds = interleaved(ours=partial(resync, pages), floor=partial(parse_and_copy, pages))
    yield at_most("unchanged: wall ÷ (parse + COPY)", rounds.ratio("ours", "floor"), 1.3, rounds.detail("ours", "floor"))
    yield at_most("unchanged: CPU ÷ (parse + COPY)", rounds.ratio("ours", "floor", "cpu"), 1.0)


def _changing(env: BenchEnv, pages: Pages, size: int) -> Iterator[Measure]:
    env.say("1 % changed")
    versions = cycle([feed(size, changed_every=100), pages])
    rounds = interleaved(ours=lambda: resync(next(versions)), floor=partial(parse_and_copy, pages))
    yield at_most("1 % changed: wall ÷ (parse + COPY)", rounds.ratio("ours", "floor"), 1.5, rounds.detail("ours", "floor"))
    env.say("empty table")
    rounds = interleaved(before_each=_empty, ours=partial(resync, pages), floor=partial(parse_and_copy, pages))
    yield at_most("empty table: wall ÷ (parse + COPY)", rounds.ratio("ours", "floor"), 3, rounds.detail("ours", "floor"))


def resync(pages: Pages) -> None:
    """Ours: every page split into records and applied in a transaction of its own."""
    at = datetime(2026, 6, 9, tzinfo=UTC) + timedelta(seconds=next(_ticks))
    for body in pages:
        with transaction.atomic():
            applied = apply_points(Page(records=split_page(body), cursor=None, source="bench", body=body), at)
        if applied.rejected:
            raise AssertionError(f"The benchmark's own points are refused: {applied.rejected[0]}")


def parse_and_copy(pages: Pages) -> None:
    """The floor: typed decode of whole pages, every row into a temporary table, nothing compared."""
    columns = ", ".join(Row._fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE floor_points ON COMMIT DROP AS SELECT {columns} FROM lockers_point WITH NO DATA")  # noqa: S608
        for body in pages:
            with cursor.copy(f"COPY floor_points ({columns}) FROM STDIN") as copy:
                for point in _typed.decode(body).items:
                    copy.write_row(_plain_row(point))


def _plain_row(point: Any) -> tuple[Any, ...]:
    """The columns with no cleaning and no rule, as cheap as can be."""
    address, availability = point.address_details, point.locker_availability
    return (
        *(point.name, point.status, True, '["parcel","parcel_collect"]', False, address.building_number, address.street),
        *(address.city, address.province, address.post_code, "LS1", point.location_description, point.location.latitude),
        *(point.location.longitude, point.location_247, point.opening_hours, None, point.physical_type, availability.status),
        *('{"A":"NORMAL","B":"LOW","C":"NORMAL"}', point.image_url, "0" * 32, "0" * 32, True, "{}", _EPOCH, _EPOCH, 0, None),
    )


_EPOCH = datetime(2026, 6, 9, tzinfo=UTC)


def update_or_create_each(sample: list[bytes]) -> None:
    """The other baseline: one row at a time through the ORM, each in its own transaction."""
    decoder = msgspec.json.Decoder(FeedPoint)
    for raw in sample:
        point = decoder.decode(raw)
        row = row_of(point, raw=raw_hash(raw), content=content_hash(point), at=_EPOCH)._asdict()
        row |= {name: json.loads(row[name]) for name in ("functions", "sizes", "low_since")}
        Point.objects.update_or_create(point_id=row.pop("point_id"), defaults=row)


def feed(size: int, *, changed_every: int = 0) -> Pages:
    """The feed's pages: records with the fields and the size of real ones; every n-th with another availability."""
    return [
        msgspec.json.encode({"count": size, "items": [_record(n, bool(changed_every) and n % changed_every == 0) for n in numbers]})
        for numbers in (range(start, min(start + PER_PAGE, size)) for start in range(0, size, PER_PAGE))
    ]


def _record(number: int, changed: bool) -> dict[str, Any]:
    level = ("NORMAL", "LOW", "VERY_LOW")[number % 3]
    post_code = f"LS{number % 28 + 1} {number % 9 + 1}AB"
    return _FILLING | {
        "name": f"UK{number:08}",
        "country": "GB",
        "type": ["parcel_locker"],
        "status": "Operating",
        "location": {"longitude": -4 + number % 997 * 0.005, "latitude": 50 + number % 991 * 0.007},
        "location_description": f"Against the wall on the right hand side of building {number}",
        "opening_hours": "24/7",
        "address": {"line1": f"{number} High Street 24/7 InPost Locker - Shop {number}", "line2": f"{post_code} Leeds"},
        "address_details": {
            "city": "Leeds", "province": "Yorkshire and The Humber", "post_code": post_code, "street": f"{number} High Street",
            "building_number": f"24/7 InPost Locker - Shop {number}", "flat_number": None,
        },
        "functions": ["parcel", "parcel_collect", "parcel_send"],
        "location_247": True,
        "operating_hours_extended": {"customer": None},
        "image_url": f"https://static.example.test/points/gb/images/UK{number:08}.jpg",
        "physical_type": "newfm",
        "in_mobile_collect_excluded": False,
        "locker_availability": {"status": level, "details": {"A": "VERY_LOW" if changed else "NORMAL", "B": level, "C": level}},
    }  # fmt: skip


_FILLING = {
    "href": "https://points.example.test/v1/points/GB/UK00000000", "location_type": "Outdoor", "location_category": "Generic",
    "location_date": None, "location_description_1": None, "location_description_2": None, "distance": None, "phone_number": None,
    "payment_point_descr": None, "partner_id": 0, "is_next": False, "payment_available": True, "payment_type": {"3": "Payment by card"},
    "virtual": "0", "recommended_low_interest_box_machines_list": None, "apm_doubled": None, "agency": "7276",
    "agencies_extended": [{"name": "7276"}], "easy_access_zone": True, "air_index_level": None, "physical_type_mapped": "004",
    "physical_type_description": None, "in_mobile_send_excluded": True, "in_mobile_return_excluded": True,
    "express_delivery_send": False, "express_delivery_collect": False, "delivery_area_id": None, "micro_area_id": None,
    "agency_code": None, "d2d_courier_area": None, "d2d_courier_micro_area": None, "supported_locker_temperatures": None,
    "unavailability_periods": None, "mondial_relay_id": "", "print_in_store": None,
}  # fmt: skip


def _sample(pages: Pages, size: int) -> list[bytes]:
    return split_page(pages[0])[:size]


def _empty(_side: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE lockers_point CASCADE")


def _row_versions() -> set[tuple[Any, ...]]:
    """Where and by which transaction each row was last written: any write shows, even one that changes nothing."""
    columns = "ctid::text, xmin::text" if connection.vendor == "postgresql" else "id, fetched_at, content_hash"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM lockers_point")  # noqa: S608 - our own column names
        return set(cursor.fetchall())
