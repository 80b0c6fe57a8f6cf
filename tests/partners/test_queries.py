"""What is shown of feeds and lines: true numbers in plain words, at a constant cost."""

from datetime import UTC, datetime, timedelta

import pytest

from partners.models import Circuit
from partners.queries import feeds, lines, runs, trouble
from tests.partners.builders import RAW, make_feed, make_rejected, make_run

pytestmark = pytest.mark.django_db


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def sentences(at: datetime) -> list[str]:
    return [banner.sentence for banner in trouble(at)]


class TestBanners:
    def test_all_well_says_nothing(self, noon):
        make_run(make_feed(last_good_at=noon), noon)
        Circuit.objects.create(partner="acs", last_good_at=noon)

        assert trouble(noon) == []

    def test_a_fresh_installation_says_nothing(self, noon):
        assert trouble(noon) == []

    def test_a_silent_line_says_since_when(self, noon):
        Circuit.objects.create(partner="acs", opened_at=noon - minutes(5))

        [banner] = trouble(noon)
        assert banner.sentence == "ACS has not answered since 11:55. What is meant for it waits and goes by itself afterwards."
        assert (banner.kind, banner.url) == ("bad", "/settings/connections/")

    def test_without_the_locker_list_it_says_by_which_orders_are_checked(self, noon):
        Circuit.objects.create(partner="points", opened_at=noon - minutes(5))
        make_run(make_feed("inpost.points", last_good_at=noon - minutes(362)), noon - minutes(6), "failed")

        assert sentences(noon) == [
            "InPost's locker list has not answered since 11:55: orders are checked against the locker list of 05:58."
        ]

    def test_refused_credentials(self, noon):
        Circuit.objects.create(partner="acs", denied_at=noon - minutes(5), opened_at=noon)

        assert sentences(noon) == ["ACS has refused our credentials since 11:55: everything for it waits until they are renewed."]

    def test_a_held_feed_leads_to_its_run(self, noon):
        run = make_run(make_feed("inpost.points", last_good_at=noon - minutes(400)), noon, "held", full=True, seen=3)

        [banner] = trouble(noon)
        assert banner.sentence == "InPost's lockers: what came at 12:00 looks wrong and is held until somebody decides."
        assert (banner.kind, banner.url) == ("bad", f"/sync/{run.pk}/")

    def test_once_accepted_it_is_nobodys_business(self, noon, admin_user):
        make_run(make_feed("inpost.points", last_good_at=noon), noon, "held", full=True, seen=3, accepted_by=admin_user)

        assert trouble(noon) == []

    def test_a_late_feed_says_what_is_not_seen(self, noon):
        make_run(make_feed(last_good_at=noon - minutes(11)), noon - minutes(11))

        assert sentences(noon) == [
            "The shop's orders: last read 11:49, expected every minute. Meanwhile new orders and changes in the shop are not seen yet."
        ]

    @pytest.mark.parametrize(("ago", "told"), [(2, 0), (4, 1)])
    def test_one_failed_poll_is_a_hiccup(self, noon, ago, told):
        make_run(make_feed(last_good_at=noon - minutes(ago)), noon, "failed", why="It cannot be reached.")

        assert len(trouble(noon)) == told

    def test_one_that_was_never_read_says_so_and_why(self, noon):
        make_run(make_feed(), noon, "failed", why="It is not connected yet: STORE_FOLDER must be set.")

        assert sentences(noon)[0].startswith("The shop's orders: never read yet, expected every minute. It is not connected yet")

    def test_a_paused_feed(self, noon):
        make_run(make_feed(last_good_at=noon - minutes(60), paused=True), noon - minutes(60))

        assert sentences(noon)[0].startswith("The shop's orders: paused, last read 11:00.")

    def test_a_partner_is_told_once_the_worst_first(self, noon):
        Circuit.objects.create(partner="acs", opened_at=noon)
        make_run(make_feed("acs.orders", last_good_at=noon - minutes(90)), noon, "failed", why="It cannot be reached.")
        make_run(make_feed("store.orders", last_good_at=noon - minutes(90)), noon - minutes(90))

        assert [banner.kind for banner in trouble(noon)] == ["bad", "warn"]

    def test_three_statements_whatever_there_is(self, noon, django_assert_num_queries):
        for number in range(30):
            make_run(make_feed(f"feed{number}.orders"), noon, "held", seen=1)
            Circuit.objects.create(partner=f"p{number}", opened_at=noon)

        with django_assert_num_queries(3):
            assert len(trouble(noon)) == 60


def tile(name: str, at: datetime) -> feeds.Tile:
    return next(tile for tile in feeds.tiles(at) if tile.name == name)


class TestTiles:
    def test_every_feed_we_know_has_one_before_it_ever_ran(self, noon):
        shown = feeds.tiles(noon)

        titles = ["The shop's orders", "InPost's lockers", "Orders at ACS", "Parcels at InPost", "ACS's stock file", "Product list"]
        titles += ["The shop's products", "Returns at ACS", "What garments are worth", "The ledger's accounts", "The ledger's journals"]
        titles += ["ACS's set-up list"]
        assert [tile.title for tile in shown] == titles
        assert {tile.state for tile in shown} == {feeds.NEVER}

    def test_it_says_how_fresh_it_is_and_how_the_latest_run_ended(self, noon):
        feed = make_feed(last_good_at=noon - minutes(2))
        make_run(feed, noon - minutes(9), created=1)
        run = make_run(feed, noon - minutes(2), created=3, changed=2, unchanged=495)

        shown = tile("store.orders", noon)

        assert (shown.last_good, shown.lag, shown.run, shown.adds_up) == ("11:58", "2 m ago", run.pk, True)
        assert shown.counts == "500 seen: 3 new, 2 changed, 495 unchanged, 0 refused"
        assert shown.state == ("ok", "check-circle", "OK")

    def test_good_but_long_ago_is_late(self, noon):
        make_run(make_feed(last_good_at=noon - minutes(11)), noon - minutes(11))

        assert tile("store.orders", noon).state == feeds.LATE

    def test_a_held_run_does_not_add_up_for_nothing_was_used(self, noon):
        make_run(make_feed("inpost.points"), noon, "held", seen=50, rejected=2)

        assert tile("inpost.points", noon).adds_up is False

    def test_open_refusals_are_counted(self, noon):
        run = make_run(make_feed(), noon, rejected=2)
        make_rejected(run, "a")
        make_rejected(run, "b", solved_at=noon)

        assert tile("store.orders", noon).rejected == 1

    def test_statements_do_not_grow_with_runs(self, noon, django_assert_num_queries):
        for count in (3, 30):
            for number in range(count):
                make_run(make_feed(f"feed.{number}"), noon - minutes(number))
            with django_assert_num_queries(4):
                feeds.tiles(noon)


class TestStrip:
    def test_fourteen_days_end_today(self, noon):
        bars = tile("store.orders", noon).bars

        assert len(bars) == 14
        assert (bars[0].text, bars[-1].text) == ("Wed 27 May: no runs", "Tue 9 June: no runs")
        assert [bar.x for bar in bars] == sorted(bar.x for bar in bars)

    def test_a_day_is_as_high_as_its_records_and_marked_when_it_went_wrong(self, noon):
        feed = make_feed()
        make_run(feed, noon, unchanged=400)
        make_run(feed, noon - timedelta(days=1), unchanged=100)
        make_run(feed, noon - timedelta(days=1), "failed")
        make_run(feed, noon - timedelta(days=20), unchanged=9000)

        before, today = tile("store.orders", noon).bars[-2:]

        assert today.text == "Tue 9 June: 1 run, 400 records"
        assert before.text == "Mon 8 June: 2 runs, 100 records, 1 failed"
        assert (today.tone, before.tone, before.marked) == ("ok", "bad", True)
        assert today.height == 2 * before.height

    def test_a_day_begins_at_midnight_here(self):
        """At 23:30 UTC in summer it is tomorrow in London."""
        make_run(make_feed(), datetime(2026, 6, 8, 23, 30, tzinfo=UTC), created=1)

        assert tile("store.orders", datetime(2026, 6, 9, 1, 0, tzinfo=UTC)).bars[-1].text == "Tue 9 June: 1 run, 1 record"


class TestRuns:
    def test_uneventful_ones_are_left_out_unless_asked_for(self, noon):
        feed = make_feed()
        make_run(feed, noon, unchanged=5)
        news = [make_run(feed, noon, created=1), make_run(feed, noon, "failed")]

        shown = runs.page(feed="", everything=False, after="", before="", at=noon)
        everything = runs.page(feed="store.orders", everything=True, after="", before="", at=noon)

        assert {row.pk for row in shown.rows} == {run.pk for run in news}
        assert len(everything.rows) == 3

    def test_pages_follow_each_other_without_a_gap(self, noon):
        made = [make_run(make_feed(), noon - minutes(number), created=1).pk for number in range(65)]
        found, after = [], ""
        for _ in range(3):
            page = runs.page(feed="", everything=False, after=after, before="", at=noon)
            found += [row.pk for row in page.rows]
            after = page.next

        assert (found, after) == (made, "")


class TestMasking:
    @pytest.mark.parametrize(
        ("raw", "masked"),
        [
            (RAW, '{"name": "xxx xxxxxxxx", "mobile": "00000 000000"}'),
            ('{"a\\"b": 1, "n": "\\u0041da"}', '{"a\\"b": 0, "x": "\\x0000xx"}'.replace('"x":', '"n":')),
            ("LS-1,Ada,07700 900123", "xx-0,xxx,00000 000000"),
            ("", ""),
            ("é" * 300, "x" * 240 + "…"),
        ],
    )
    def test_the_shape_stays_and_the_content_goes(self, raw, masked):
        assert runs.mask(raw) == masked


class TestLines:
    @pytest.mark.parametrize(
        ("facts", "word"),
        [
            ({}, "Works"),
            ({"failures": 2}, "Failing"),
            ({"throttled_until": 1}, "Asked to wait"),
            ({"throttled_until": -1}, "Works"),
            ({"opened_at": -1, "failures": 5}, "No answer"),
            ({"opened_at": -1, "denied_at": -1}, "Refused"),
        ],
    )
    def test_each_state_has_a_word(self, noon, facts, word):
        facts = {name: value if name == "failures" else noon + minutes(value) for name, value in facts.items()}
        Circuit.objects.create(partner="acs", **facts)

        assert lines.lines(noon)["acs"].state[2] == word
