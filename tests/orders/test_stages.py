"""One stage per order, and the same one by the badge and by the database, whatever is combined with whatever."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import cockpit
from lockers.models import Manifest, Parcel
from lockers.states import LIVE, Carriage, ParcelState
from orders.models import Order
from orders.queries import listing, stages
from orders.rules.stage import STAGES, stage
from orders.states import AcsStatus, OrderState
from tests.orders.builders import NOON

PARCELS = ("", *ParcelState.values)
TONES = {"ok", "info", "warn", "bad", "quiet"}


def combinations() -> list[tuple[str, str, bool, bool, str, str]]:
    """(state, ACS status, claimed, excluded, parcel, carriage), every one that the columns can hold."""
    before = product(("received", "ready"), [""], (False, True), (False, True), ("", "labelled"), [""])
    ended = product(("held", "cancelled", "closed"), ("", "packed"), (False,), (False, True), ("", "manifested"), ("", "collected"))
    released = product(["released"], AcsStatus.values, [True], (False, True), PARCELS, Carriage.values)
    return [row for row in [*before, *ended, *released] if row[4] or not row[5]]


@pytest.fixture
def everything(db) -> dict[str, tuple[str, str, bool, bool, str, str]]:
    """An order for each combination, by number."""
    manifest = Manifest.objects.create(site_key="acs", collection_on=NOON.date(), cutoff_at=NOON, created_at=NOON)
    rows = {f"S-{place}": row for place, row in enumerate(combinations())}
    Order.objects.bulk_create([_order(number, row) for number, row in rows.items()], batch_size=200)
    Parcel.objects.bulk_create([_parcel(number, row, manifest) for number, row in rows.items() if row[4]], batch_size=200)
    return rows


def _order(number: str, row: tuple[str, str, bool, bool, str, str]) -> Order:
    state, acs, claimed, excluded, _, _ = row
    instants = dict.fromkeys(("placed_at", "store_updated_at", "fetched_at", "released_at"), NOON)
    return Order(
        number=number,
        store_id=number,
        state=state,
        acs_status=acs,
        release_claimed_at=NOON if claimed else None,
        excluded_why="Marketplace" if excluded else "",
        content_hash="x",
        **instants,
    )


def _parcel(number: str, row: tuple[str, str, bool, bool, str, str], manifest: Manifest) -> Parcel:
    closed = {"manifest": manifest, "gate_passed_at": NOON, "manifested_at": NOON} if row[4] == "manifested" else {}
    facts = {"state": row[4], "carriage": row[5], "point_id": "UK1", "created_at": NOON}
    return Parcel(order_number=number, tracking_number=f"T-{number}", **facts, **closed)


def said(row: tuple[str, str, bool, bool, str, str]) -> str:
    state, acs, claimed, excluded, parcel, carriage = row
    return stage(state, acs, parcel=parcel, carriage=carriage, claimed=claimed, excluded=excluded).key


def test_the_filter_of_every_stage_finds_exactly_what_its_badge_says(everything):
    found = {key: set(Order.objects.filter(stages.of_stage(key)).values_list("number", flat=True)) for key in STAGES}

    assert {number: key for key, numbers in found.items() for number in numbers} == {n: said(row) for n, row in everything.items()}
    assert sum(map(len, found.values())) == len(everything)
    assert all(found.values())


def test_the_rows_of_the_list_and_the_counts_of_today_say_the_same(everything):
    rows = stages.with_parcel(Order.objects.all()).values("number", *stages.COLUMNS)
    by_row = {row["number"]: stages.stage_of_row(row).key for row in rows}
    counted = stages.counts()

    assert by_row == {number: said(row) for number, row in everything.items()}
    ended = ("closed", "cancelled")
    assert counted == {key: n for key in STAGES if (n := sum(key == found for found in by_row.values())) and key not in ended}


def test_today_links_each_count_to_exactly_its_rows(everything):
    for number in cockpit.stages():
        key = number.url.partition("stage=")[2]
        assert Order.objects.filter(stages.of_stage(key)).count() == number.count, key


def test_a_page_of_the_list_is_one_statement(everything, django_assert_num_queries):
    with django_assert_num_queries(1):
        listing.page(Order.objects.filter(stages.of_stage("in_locker")), now=NOON)
    with django_assert_num_queries(1):
        stages.counts()


@given(
    st.sampled_from(OrderState.values),
    st.sampled_from(AcsStatus.values),
    st.sampled_from(PARCELS),
    st.sampled_from(Carriage.values),
    st.booleans(),
    st.booleans(),
)
def test_every_stage_is_one_of_ours_with_words_and_a_tone(state, acs, parcel, carriage, claimed, excluded):
    found = stage(state, acs, parcel=parcel, carriage=carriage, claimed=claimed, excluded=excluded)

    assert found.key in STAGES
    assert found.label
    assert found.tone in TONES
    if state != "released" or parcel not in LIVE:
        assert found == stage(state, acs, claimed=claimed, excluded=excluded)


@pytest.mark.parametrize(
    ("acs", "parcel", "carriage", "expected"),
    [
        ("packed", "", "", "packed"),
        ("packed", "label_pending", "", "label_pending"),
        ("packed", "labelled", "announced", "labelled"),
        ("packed", "manifested", "", "manifested"),
        ("despatched", "manifested", "announced", "despatched"),
        ("packed", "manifested", "handed_over", "handed_over"),
        ("cancelled", "labelled", "", "cancelled_at_acs"),
        ("cancelled", "labelled", "in_locker", "in_locker"),
        ("packed", "void", "lost", "packed"),
        ("unknown", "", "", "unmapped"),
    ],
)
def test_whoever_has_it_in_hand_says_where_it_is(acs, parcel, carriage, expected):
    assert stage("released", acs, parcel=parcel, carriage=carriage).key == expected


def test_what_of_the_hold_is_over_is_said():
    assert stage("held", held=3, cleared=2).label == "Held (2 of 3 cleared)"
