"""The cut-off: collections by the calendar, what missed them, what does not agree afterwards, and the warnings before."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exceptions_queue.actions.concerns import watch_cutoffs
from exceptions_queue.calendars import Clock, Day
from exceptions_queue.models import Alert, ExceptionCase
from lockers.actions.manifests import keep_open
from lockers.models import Manifest, Parcel
from orders.actions import matching
from orders.actions.missed import find_missed, freeze
from orders.actions.warning import before_collection
from orders.models import Order
from partners import connect
from tests.lockers.shipping import JSON
from tests.orders.builders import NOON, make_shopfloor
from tests.orders.collecting import CUTOFF, labelled, open_manifest, order_of, picked
from tests.partners.fake_web import FakeWeb

pytestmark = pytest.mark.django_db
ACS = Clock(order_cutoff=time(12), collection_at=time(17, 30))
LONDON = ZoneInfo("Europe/London")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.fixture(autouse=True)
def shopfloor(db):
    make_shopfloor()


def codes(code: str) -> list[str]:
    return list(ExceptionCase.objects.filter(state="open", code=code).order_by("pk").values_list("order_number", flat=True))


class TestCollections:
    @pytest.mark.parametrize(
        ("now", "cutoff", "hour_utc"),
        [
            ("2026-06-09 09:00", "2026-06-09 17:30", 16),
            ("2026-06-09 17:30", "2026-06-10 17:30", 16),  # at the cut-off the next one is open
            ("2026-03-27 18:00", "2026-03-30 17:30", 16),  # the clocks go forward on Sunday the 29th
            ("2026-03-29 00:59", "2026-03-30 17:30", 16),  # in the night itself
            ("2026-10-23 18:00", "2026-10-26 17:30", 17),  # the clocks go back on Sunday the 25th
            ("2026-10-25 01:30", "2026-10-26 17:30", 17),
            ("2026-12-24 18:00", "2026-12-29 17:30", 17),  # Christmas on Friday, Boxing Day kept on Monday
            ("2026-12-31 18:00", "2027-01-05 17:30", 17),  # New Year, the weekend, 2 January kept on Monday
            ("2026-11-27 18:00", "2026-12-01 17:30", 17),  # St Andrew's day
            ("2026-04-02 18:00", "2026-04-06 17:30", 16),  # Good Friday; Easter Monday is no holiday in Scotland
            ("2026-07-31 18:00", "2026-08-04 17:30", 16),  # Scotland's early August Monday
        ],
    )
    def test_the_open_manifest_is_that_of_the_next_collection(self, now, cutoff, hour_utc):
        manifest = keep_open(ACS, at=local(now))

        assert (manifest.cutoff_at, manifest.cutoff_at.hour) == (local(cutoff), hour_utc)
        assert manifest.collection_on == date.fromisoformat(cutoff[:10])

    def test_asking_again_makes_no_second_one(self):
        first = keep_open(ACS, at=NOON)

        assert (keep_open(ACS, at=NOON + timedelta(minutes=5)), Manifest.objects.count()) == (first, 1)

    def test_once_closed_the_next_one_is_open_at_once(self):
        first = keep_open(ACS, at=NOON)
        Manifest.objects.update(state="closed", closed_at=NOON)

        assert keep_open(ACS, at=NOON).cutoff_at == first.cutoff_at + timedelta(days=1)

    def test_an_open_manifest_follows_the_calendar(self):
        keep_open(ACS, at=NOON)
        earlier = Clock(order_cutoff=time(12), collection_at=time(17, 30), days={CUTOFF.date(): Day(closed=False, collection_at=time(15))})

        assert keep_open(earlier, at=NOON).cutoff_at == local("2026-06-09 15:00")
        assert Manifest.objects.count() == 1

    def test_a_day_on_which_nobody_comes_has_no_manifest(self):
        keep_open(ACS, at=NOON)
        closed = Clock(order_cutoff=time(12), collection_at=time(17, 30), days={CUTOFF.date(): Day(closed=True)})

        keep_open(closed, at=NOON)

        assert list(Manifest.objects.values_list("collection_on", flat=True)) == [date(2026, 6, 10)]

    def test_a_site_that_never_works_stops_nothing(self):
        assert keep_open(Clock(order_cutoff=time(12), collection_at=time(17, 30), working_days=""), at=NOON).state == "open"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_make_one_manifest(race, transactional_db):
    assert race(lambda _: keep_open(ACS, at=NOON), range(4)) == ["ok"] * 4
    assert Manifest.objects.count() == 1


class TestMissed:
    @pytest.fixture
    def manifest(self) -> Manifest:
        return open_manifest()

    def test_each_picked_order_on_no_closed_manifest_is_a_case_of_the_warehouse(self, manifest):
        bare, parcel = picked(), labelled()
        on = {"state": "manifested", "gate_passed_at": NOON, "manifested_at": NOON}
        gone = open_manifest(cutoff_at=CUTOFF - timedelta(days=1), state="closed", closed_at=NOON)
        labelled(**on, manifest=gone)
        picked(acs_status="picking")

        assert find_missed(at=CUTOFF) == 2
        assert codes("MAN-MISSED") == [bare.number, parcel.order_number]
        case = ExceptionCase.objects.first()
        assert (case.owner, case.blocks, case.evidence["fault"], case.evidence["collection"]) == (
            "warehouse",
            "",
            "no_label",
            "Tue 9 June",
        )
        assert case.cutoff_at == CUTOFF + timedelta(days=1)

    def test_nothing_is_missed_before_the_first_cut_off(self, manifest):
        picked()

        assert find_missed(at=CUTOFF - timedelta(seconds=1)) == 0

    def test_what_was_picked_after_the_cut_off_is_early_and_not_late(self, manifest):
        picked(acs_status_since=CUTOFF + timedelta(minutes=1))

        assert find_missed(at=CUTOFF + timedelta(minutes=5)) == 0

    def test_a_case_that_stands_is_not_closed_because_acs_packs_it_afterwards(self, manifest):
        order = picked()
        find_missed(at=CUTOFF)
        Order.objects.filter(pk=order.pk).update(acs_status="packed", acs_status_since=CUTOFF + timedelta(hours=1))

        find_missed(at=CUTOFF + timedelta(hours=2))

        assert codes("MAN-MISSED") == [order.number]

    @pytest.mark.parametrize("end", ["manifest", "cancelled", "home", "shop"])
    def test_it_closes_by_itself(self, manifest, end):
        parcel = labelled()
        find_missed(at=CUTOFF)
        if end == "manifest":
            Manifest.objects.update(state="closed", closed_at=CUTOFF)
            Parcel.objects.filter(pk=parcel.pk).update(state="manifested", manifest=manifest, gate_passed_at=NOON, manifested_at=NOON)
        else:
            facts = {"cancelled": {"state": "cancelled"}, "home": {"destination": "home"}, "shop": {"store_cancelled_at": NOON}}[end]
            Order.objects.update(**facts)

        find_missed(at=CUTOFF + timedelta(minutes=15))

        assert codes("MAN-MISSED") == []

    def test_thirty_cost_as_many_statements_as_three(self, manifest):
        counts = []
        for size in (3, 27):
            for _ in range(size):
                picked()
            with CaptureQueriesContext(connection) as told:
                find_missed(at=CUTOFF)
            counts.append(len(told))

        assert abs(counts[0] - counts[1]) <= 1

    def test_the_picture_is_taken_once_and_never_changes(self, manifest):
        parcel, bare = labelled(), picked()

        assert (freeze(at=CUTOFF - timedelta(minutes=1)), freeze(at=CUTOFF), freeze(at=CUTOFF)) == (0, 1, 0)
        Parcel.objects.all().delete()
        freeze(at=CUTOFF + timedelta(hours=1))

        columns = {column["key"]: column for column in Manifest.objects.get().snapshot["columns"]}
        assert [row["number"] for row in columns["labelled"]["rows"]] == [parcel.order_number]
        assert [row["number"] for row in columns["to_label"]["rows"]] == [bare.number]


class TestMatching:
    LATER = CUTOFF + timedelta(hours=10)

    @pytest.fixture
    def manifest(self) -> Manifest:
        return open_manifest(state="closed", closed_at=CUTOFF)

    @pytest.fixture
    def inpost(self, settings):
        """InPost's shipping API, which knows the shipments in the set."""
        settings.INPOST_API_URL, settings.INPOST_TOKEN_URL = "http://inpost.test", "http://inpost.test/oauth2/token"
        settings.INPOST_CLIENT_ID = settings.INPOST_CLIENT_SECRET = settings.INPOST_ORGANIZATION_ID = "x"
        settings.SANDBOX = True
        shipments: set[str] = set()

        def reply(asked):
            if asked.path == "/oauth2/token":
                return 200, JSON, b'{"access_token": "token", "expires_in": 599}'
            number = asked.path.rpartition("/")[2]
            return (200, JSON, b'{"trackingNumber": "%s"}' % number.encode()) if number in shipments else (404, JSON, b"{}")

        web = FakeWeb(reply)
        web.shipments = shipments
        with connect.use({"inpost": web.transport}):
            yield web

    def on(self, manifest: Manifest, acs: str = "despatched", **facts) -> Parcel:
        standing = {"state": "manifested", "manifest": manifest, "gate_passed_at": CUTOFF, "manifested_at": CUTOFF}
        return labelled(order=picked(acs_status=acs), **standing | {"carriage": "in_transit", "handed_over_at": CUTOFF} | facts)

    def match(self) -> int:
        return matching.match_manifests(clock=lambda: self.LATER)

    def test_where_all_three_agree_there_is_no_case(self, manifest):
        self.on(manifest)

        assert self.match() == 0

    def test_on_the_manifest_and_not_despatched_names_what_both_say(self, manifest):
        parcel = self.on(manifest, acs="packed")

        assert self.match() == 1

        case = ExceptionCase.objects.get()
        assert (case.code, case.owner, case.order_number) == ("MAN-UNMATCHED", "warehouse", parcel.order_number)
        assert (case.evidence["fault"], case.evidence["acs"], case.evidence["inpost"]) == ("not_despatched", "packed", "on its way")

    def test_inpost_is_asked_only_where_it_never_said_a_word(self, manifest, inpost):
        self.on(manifest)
        known = self.on(manifest, carriage="", handed_over_at=None)
        unknown = self.on(manifest, carriage="", handed_over_at=None)
        inpost.shipments.add(known.tracking_number)

        assert self.match() == 1

        assert codes("MAN-UNMATCHED") == [unknown.order_number]
        assert ExceptionCase.objects.get().evidence["fault"] == "not_at_inpost"
        assert len([asked for asked in inpost.asked if "shipments" in asked.path]) == 2

    def test_while_inpost_is_down_a_case_stays_as_it_is_and_none_is_made(self, manifest, inpost):
        unknown = self.on(manifest, carriage="", handed_over_at=None)
        self.match()
        inpost.reply = lambda asked: (503, {}, b"")
        self.on(manifest, carriage="", handed_over_at=None)

        self.match()

        assert codes("MAN-UNMATCHED") == [unknown.order_number]

    def test_gone_without_a_manifest_is_found_on_either_word(self, manifest):
        by_inpost = labelled(carriage="in_transit", handed_over_at=CUTOFF)
        by_acs = labelled(order=picked(acs_status="despatched"))
        labelled()

        assert self.match() == 2
        assert codes("MAN-UNMATCHED") == [by_inpost.order_number, by_acs.order_number]

    def test_gone_under_a_label_that_is_void_is_found_on_either_word(self, manifest):
        by_inpost = labelled(state="void", void_at=CUTOFF, carriage="in_transit", handed_over_at=CUTOFF)
        labelled(order=order_of(by_inpost), revision=2, tracking_number="JJD1")
        by_acs = labelled(order=picked(acs_status="despatched"), state="void", void_at=CUTOFF)
        labelled(order=picked(acs_status="packed"), state="void", void_at=CUTOFF)
        labelled(order=picked(acs_status="despatched", destination="home"), state="void", void_at=CUTOFF)

        assert self.match() == 2

        assert codes("MAN-UNMATCHED") == [by_inpost.order_number, by_acs.order_number]
        assert {case.evidence["fault"] for case in ExceptionCase.objects.all()} == {"gone_void"}

    def test_a_shipment_that_cannot_be_read_keeps_no_other_from_being_asked_for(self, manifest, inpost):
        first, second = (self.on(manifest, carriage="", handed_over_at=None) for _ in range(2))
        answered = inpost.reply
        inpost.reply = lambda asked: (400, JSON, b"{}") if asked.path.endswith(first.tracking_number) else answered(asked)

        self.match()

        assert codes("MAN-UNMATCHED") == [second.order_number]

    def test_it_closes_by_itself_when_they_agree(self, manifest):
        parcel = self.on(manifest, acs="packed")
        self.match()

        Order.objects.update(acs_status="despatched")
        self.match()

        assert codes("MAN-UNMATCHED") == []
        assert order_of(parcel).acs_status == "despatched"

    def test_for_six_hours_nobody_is_late(self, manifest):
        self.on(manifest, acs="packed", manifested_at=self.LATER - timedelta(hours=5))

        assert self.match() == 0

    def test_thirty_cost_as_many_statements_as_three(self, manifest):
        counts = []
        for size in (3, 27):
            for _ in range(size):
                self.on(manifest, acs="packed")
            with CaptureQueriesContext(connection) as told:
                self.match()
            counts.append(len(told))

        assert abs(counts[0] - counts[1]) <= 1


class TestWarnings:
    @pytest.mark.parametrize(("minutes", "told"), [(61, 0), (60, 60), (31, 60), (30, 30), (10, 10), (1, 10), (0, 0), (-5, 0)])
    def test_at_60_30_and_10_minutes_while_parcels_are_on_no_closed_manifest(self, minutes, told):
        open_manifest()
        labelled()
        picked()

        concerns = before_collection(at=CUTOFF - timedelta(minutes=minutes))

        assert [concern.title for concern in concerns] == (
            [f"InPost's collection in {told} minutes: the manifest is not closed"] if told else []
        )
        assert all("2 parcels are on no closed manifest" in concern.sentence for concern in concerns)

    def test_nothing_is_said_where_nothing_waits_or_all_is_closed(self):
        open_manifest()
        assert before_collection(at=CUTOFF - timedelta(minutes=30)) == []

        labelled()
        Manifest.objects.update(state="closed", closed_at=NOON)
        assert before_collection(at=CUTOFF - timedelta(minutes=30)) == []

    def test_they_stand_beside_the_desks_own_and_end_with_it(self):
        open_manifest()
        labelled()
        at = CUTOFF - timedelta(minutes=30)

        assert watch_cutoffs(at=at, before=before_collection(at=at)) == 1
        Manifest.objects.update(state="closed", closed_at=at)
        assert watch_cutoffs(at=at, before=before_collection(at=at)) == 0
        assert Alert.objects.filter(closed_at__isnull=True).count() == 0
