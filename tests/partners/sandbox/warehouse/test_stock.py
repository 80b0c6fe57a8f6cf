"""The warehouse's garments and the files about them: the seeded past, days that go by, and what is for sale."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from partners.sandbox.server import settings_for
from partners.sandbox.shop import open_shop
from partners.sandbox.warehouse import words
from partners.sandbox.world import World
from tests.partners.sandbox.conftest import START, order, put

HEADINGS = ["SKU", "RFID", "Location", "Size", "Grade", "Last Scan", "Order Number"]
BUFFER = timedelta(hours=72)


@pytest.fixture
def now_world() -> World:
    """It begins now, so that no file has become due by itself."""
    return World(7, 40, 80)


@pytest.fixture
def drop(now_world, tmp_path) -> Path:
    open_shop(now_world, tmp_path / "shop")
    return Path(settings_for("http://sandbox.test", tmp_path / "shop")["ACS_STOCK_DROP"])


@pytest.fixture
def world(now_world, drop) -> World:
    """For the client."""
    return now_world


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def files(drop: Path) -> list[Path]:
    return sorted(drop.glob("acs_stock_*.csv"))


def reckoned(world: World, *, without: frozenset[str] = frozenset(), at: datetime | None = None) -> dict[str, int]:
    """What may be sold of each SKU, from the files alone: written apart from the sandbox's own sums."""
    since: dict[str, tuple[str, str, datetime]] = {}
    for place, as_of in enumerate(world.stock.as_ofs[: world.stock.seeded]):
        said = {row[1]: row for row in world.stock.rows(place)}
        for rfid in set(since) - set(said):
            since[rfid] = (since[rfid][0], "", as_of)
        for rfid, row in said.items():
            if since.get(rfid, ("", "none", as_of))[1] != row[2]:
                since[rfid] = (row[0], row[2], as_of)
    ripe = Counter(sku for sku, status, first in since.values() if status == words.READY and (at or world.start) - first >= BUFFER)
    sold: Counter[str] = Counter()
    for one in world.orders:
        if one.number not in without:
            sold.update({line["sku"]: line["quantity"] for line in one.body["lines"]})
    return {product.sku: max(0, ripe[product.sku] - sold[product.sku]) for product in world.products}


class TestSeededWorld:
    def test_it_holds_a_thousand_garments_in_every_state(self, full):
        told = full.plan()["stock"]

        assert told["items"] >= 1_000
        assert set(told["by_state"]) == {*words.STATES.values(), "unknown"}
        assert told["by_state"]["missing"] == 2
        assert told["by_state"]["ber"] >= 4
        assert told["by_state"]["retired"] >= 4
        assert sum(told["by_state"].values()) == told["items"] + told["by_state"]["missing"]
        assert told["inflated"] >= 1
        assert told["published"] == told["sellable"] > 0

    def test_no_order_takes_more_than_is_ripe(self, full):
        left = full.stock.sellable()

        assert all(left[product.sku] > 0 for product in full.products if product.at_acs)

    def test_acs_holds_nothing_that_it_was_never_told_of(self, full):
        never = {product.sku for product in full.products if not product.at_acs}

        assert never
        assert not never & {garment.sku for garment in full.stock.garments.values()}

    def test_the_sums_are_those_of_the_files(self, seven):
        assert seven.stock.sellable() == reckoned(seven)
        assert seven.plan()["stock"]["sellable"] == sum(reckoned(seven).values())

    @pytest.mark.parametrize("hour", range(24))
    def test_nothing_ripens_within_two_hours_of_the_start(self, hour):
        world = World(7, 4, 80, start=START.replace(hour=hour, minute=10))
        now = reckoned(world)

        assert now == reckoned(world, at=world.start - timedelta(hours=2)) == reckoned(world, at=world.start + timedelta(hours=2))

    def test_orders_left_out_are_for_sale(self, seven):
        gone = {one.number for one in seven.orders[:50]}

        assert seven.plan(gone)["stock"]["sellable"] == sum(reckoned(seven, without=frozenset(gone)).values())
        assert seven.plan(gone)["stock"]["sellable"] > seven.plan()["stock"]["sellable"]

    def test_the_shop_shows_too_much_of_some_and_the_plan_counts_them(self, seven):
        sellable = reckoned(seven)
        inflated = [sku for sku, quantity in seven.stock.shown.items() if quantity > sellable[sku]]

        assert len(inflated) == seven.plan()["stock"]["inflated"] == 3

    def test_one_seed_is_one_world(self):
        first, second = World(9, 30, 80, start=START), World(9, 30, 80, start=START)

        assert first.stock.every() == second.stock.every()
        assert first.stock.shown == second.stock.shown
        assert first.stock.every() != World(10, 30, 80, start=START).stock.every()

    def test_some_are_in_the_buffer_some_have_come_back_and_one_status_is_new(self, seven):
        stock = seven.stock
        ready = [one for one in stock.garments.values() if one.history[-1] == words.READY]
        ages = {START - stock.as_ofs[one.since()] for one in ready}

        assert any(age < BUFFER for age in ages)
        assert any(words.ABSENT in one.history for one in ready)
        unheard = [one for one in stock.garments.values() if words.UNHEARD_OF in one.history]
        assert unheard
        assert all(one.history.index(words.UNHEARD_OF) == stock.seeded - 5 for one in unheard)


class TestFiles:
    def test_one_for_each_past_day_whole_and_not_from_the_future(self, now_world, drop):
        found = files(drop)

        assert len(found) == now_world.days + 1
        newest = now_world.stock.as_ofs[-1]
        assert timedelta(0) <= now_world.start - newest < timedelta(hours=26)
        assert found[-1].name == f"acs_stock_{newest:%Y-%m-%d}.csv"
        assert list(rows(found[-1])[0]) == HEADINGS
        assert len(rows(found[-1])) == now_world.plan()["stock"]["items"]
        assert len({row["RFID"] for row in rows(found[-1])}) == len(rows(found[-1]))

    @pytest.mark.parametrize(("month", "utc"), [(1, "06:10"), (7, "05:10")])
    def test_they_are_as_of_ten_past_six_in_london(self, month, utc):
        world = World(7, 2, 80, start=datetime(2026, month, 12, 15, 0, tzinfo=UTC))

        assert f"{world.stock.as_ofs[-1]:%Y-%m-%d %H:%M}" == f"2026-{month:02d}-12 {utc}"

    def test_before_ten_past_six_the_newest_is_yesterdays(self):
        world = World(7, 2, 80, start=datetime(2026, 11, 23, 6, 9, tzinfo=UTC))

        assert f"{world.stock.as_ofs[-1]:%Y-%m-%d}" == "2026-11-22"

    def test_what_an_earlier_world_left_is_taken_away(self, tmp_path):
        open_shop(World(7, 2, 80, days=9), tmp_path / "shop")
        open_shop(World(7, 2, 80, days=5), tmp_path / "shop")

        assert len(files(tmp_path / "shop-acs-stock")) == 6

    def test_another_folder_may_be_named(self, tmp_path):
        open_shop(World(7, 2, 80), tmp_path / "shop", tmp_path / "drop")

        assert files(tmp_path / "drop")
        assert settings_for("http://x", tmp_path / "shop", drop=tmp_path / "drop")["ACS_STOCK_DROP"] == str(tmp_path / "drop")


class TestDays:
    def test_a_day_that_the_clock_passes_drops_its_file(self, client, drop):
        before = files(drop)
        client.post("/_sandbox/clock", json={"advance_hours": 48})

        after = files(drop)
        assert len(after) == len(before) + 2
        assert [row["RFID"] for row in rows(after[-1])] != []

    def test_a_day_may_be_asked_for(self, client, drop):
        told = client.post("/_sandbox/acs/stock", json={}).json()

        assert Path(told["path"]) == files(drop)[-1]
        assert told["rows"] == len(rows(files(drop)[-1]))
        ahead = client.post("/_sandbox/acs/stock", json={"day": 3}).json()
        assert len(files(drop)) == 6 + 3
        assert Path(ahead["path"]) == files(drop)[-1]

    def test_garments_moved_by_hand_are_so_in_the_next_file(self, client, drop, world):
        ready = next(one for one in world.stock.every() if one["status"] == words.READY)
        retired = next(one for one in world.stock.every() if one["status"] == words.EX_HIRED)
        moved = client.post("/_sandbox/acs/garments", json={ready["rfid"]: "", retired["rfid"]: words.READY})
        client.post("/_sandbox/acs/stock", json={})

        assert moved.status_code == 200
        said = {row["RFID"]: row["Location"] for row in rows(files(drop)[-1])}
        assert ready["rfid"] not in said
        assert said[retired["rfid"]] == words.READY

    def test_todays_file_written_anew_knows_them_and_the_plan_does_not(self, client, drop, world):
        plan = client.get("/_sandbox/plan").json()["stock"]
        ready = next(one for one in world.stock.every() if one["status"] == words.READY)
        client.post("/_sandbox/acs/garments", json={ready["rfid"]: words.BER})
        told = client.post("/_sandbox/acs/stock", json={"day": 0}).json()

        assert Path(told["path"]) == files(drop)[-1]
        assert {row["RFID"]: row["Location"] for row in rows(files(drop)[-1])}[ready["rfid"]] == words.BER
        assert len(files(drop)) == 6
        assert client.get("/_sandbox/plan").json()["stock"] == plan

    def test_an_rfid_that_there_is_not_is_refused_with_nothing_moved(self, client, world):
        ready = next(one for one in world.stock.every() if one["status"] == words.READY)
        refused = client.post("/_sandbox/acs/garments", json={ready["rfid"]: "Ex-hired", "E1": "Ex-hired"})

        assert refused.status_code == 400
        assert world.stock.garments[ready["rfid"]].status == words.READY

    def test_a_despatched_orders_garments_are_with_the_customer_from_the_next_file_on(self, client, drop, world):
        put(client, order(world)).raise_for_status()
        client.post("/_sandbox/acs/orders/LS-10001", json={"Status": "Pick Confirmed"})
        client.post("/_sandbox/acs/stock", json={})
        picked = [row for row in rows(files(drop)[-1]) if row["Order Number"] == "LS-10001"]
        client.post("/_sandbox/acs/orders/LS-10001", json={"Status": "Despatched"})
        client.post("/_sandbox/acs/stock", json={})
        gone = [row for row in rows(files(drop)[-1]) if row["Order Number"] == "LS-10001"]

        assert [(row["SKU"], row["Location"]) for row in picked] == [(world.products[0].sku, words.READY)]
        assert [(row["RFID"], row["Location"]) for row in gone] == [(picked[0]["RFID"], words.WITH_CUSTOMER)]

    def test_a_cancelled_orders_garments_are_free_again(self, client, drop, world):
        put(client, order(world)).raise_for_status()
        client.post("/_sandbox/acs/orders/LS-10001", json={"Status": "Packed"})
        client.post("/_sandbox/acs/stock", json={})
        client.post("/_sandbox/acs/orders/LS-10001", json={"Status": "Cancelled"})
        client.post("/_sandbox/acs/stock", json={})

        assert not [row for row in rows(files(drop)[-1]) if row["Order Number"]]

    def test_a_refurbished_garment_comes_back_by_its_script(self, client, world):
        mending = next(one for one in world.stock.garments.values() if one.status == words.REFURBISHMENT)
        client.post("/_sandbox/acs/stock", json={"day": 4})

        assert mending.history[-1] == words.READY

    def test_the_plan_stays_as_it_was_at_the_start(self, client):
        before = client.get("/_sandbox/plan").json()["stock"]
        client.post("/_sandbox/clock", json={"advance_hours": 72})

        assert client.get("/_sandbox/plan").json()["stock"] == before

    def test_the_plan_can_leave_orders_out(self, client, world):
        gone = [one.number for one in world.orders[:5]]
        told = client.get("/_sandbox/plan", params={"without": ",".join(gone)}).json()["stock"]

        assert told == world.plan(set(gone))["stock"] != world.plan()["stock"]


class TestBadFiles:
    def test_a_late_one_comes_when_asked_for(self, client, drop):
        before = len(files(drop))
        told = client.post("/_sandbox/acs/stock", json={"kind": "late"}).json()
        client.post("/_sandbox/clock", json={"advance_hours": 24})
        meanwhile = len(files(drop))
        came = client.post("/_sandbox/acs/stock", json={}).json()

        assert (told["path"], meanwhile) == (None, before)
        assert len(files(drop)) == before + 1
        assert came["as_of"] == told["as_of"]

    def test_a_missing_one_never_comes(self, client, drop):
        before = len(files(drop))
        missing = client.post("/_sandbox/acs/stock", json={"kind": "missing"}).json()["as_of"][:10]
        client.post("/_sandbox/clock", json={"advance_hours": 48})

        assert len(files(drop)) == before + 1
        assert not [path for path in files(drop) if missing in path.name]

    def spoiled(self, client, kind: str, **more: object) -> tuple[dict[str, object], bytes]:
        answer = client.post("/_sandbox/acs/stock", json={"kind": kind, **more})
        assert answer.status_code == 200, answer.text
        return answer.json(), Path(answer.json()["path"]).read_bytes()

    def test_a_garment_twice_with_two_locations(self, client):
        told, body = self.spoiled(client, "duplicate")
        found = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
        twice = [row for row in found if row["RFID"] in told["about"]]

        assert len(twice) == 2
        assert twice[0]["Location"] != twice[1]["Location"]
        assert told["rows"] == len(found)

    def test_half_of_it(self, client, world):
        told, body = self.spoiled(client, "half")

        assert told["rows"] == len(body.splitlines()) - 1 == len(world.stock.rows(-1)) // 2

    def test_in_the_windows_encoding(self, client):
        _, body = self.spoiled(client, "cp1252")

        assert b"\x96" in body
        with pytest.raises(UnicodeDecodeError):
            body.decode()

    def test_a_location_never_seen(self, client):
        told, body = self.spoiled(client, "unknown")
        locations = {row["Location"] for row in csv.DictReader(io.StringIO(body.decode(), newline=""))}

        assert [one for one in locations if one in told["about"]] == list(locations - set(words.STATES) - {words.UNHEARD_OF})

    def test_without_the_column_of_the_rfid(self, client):
        _, body = self.spoiled(client, "columns")

        assert body.splitlines()[0] == b"SKU,Location,Size,Grade,Last Scan,Order Number"

    def test_cut_in_the_middle_of_a_line(self, client):
        _, body = self.spoiled(client, "cut")

        assert not body.endswith(b"\n")
        assert body.splitlines()[-1].count(b",") < 6

    def test_without_a_byte(self, client):
        assert self.spoiled(client, "empty")[1] == b""

    def test_under_other_headings_all_is_there(self, client, world):
        _, body = self.spoiled(client, "headings")
        found = list(csv.DictReader(io.StringIO(body.decode(), newline="")))

        assert not set(HEADINGS) & set(found[0])
        assert {row["Rfid Code"] for row in found} == {row[1] for row in world.stock.rows(-1)}

    def test_an_older_one_after_a_newer_one(self, client, world):
        days, before = len(world.stock.as_ofs), world.stock.rows(len(world.stock.as_ofs) - 3)
        told, body = self.spoiled(client, "older")

        assert told["as_of"][:10] == f"{world.stock.as_ofs[-3]:%Y-%m-%d}"
        assert len(world.stock.as_ofs) == days
        assert len(body.splitlines()) == len(before) + 1

    def test_the_file_after_a_bad_one_is_right(self, client, drop, world):
        self.spoiled(client, "half")
        client.post("/_sandbox/acs/stock", json={})

        assert len(rows(files(drop)[-1])) == len(world.stock.rows(-1))

    def test_a_day_of_the_past_may_be_written_anew(self, client, drop):
        told, _ = self.spoiled(client, "half", day=0)

        assert Path(str(told["path"])) == files(drop)[-1]
        assert len(files(drop)) == 6

    @pytest.mark.parametrize("said", [{"kind": "mislaid"}, {"day": -9}, {"hour": 3}])
    def test_what_it_does_not_understand_is_a_sentence(self, client, said):
        answer = client.post("/_sandbox/acs/stock", json=said)

        assert answer.status_code == 400
        assert "Error" in answer.json()["error"]

    def test_the_page_tells_what_has_come(self, client, drop):
        told = client.get("/_sandbox/acs/stock").json()

        assert told["folder"] == str(drop)
        assert [one["name"] for one in told["files"]] == [path.name for path in files(drop)]


def test_without_a_folder_no_file_is_written(seven):
    with pytest.raises(ValueError, match="no folder"):
        World(7, 2, 80).stock.drop({})
