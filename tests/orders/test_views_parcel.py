"""The parcel on the page of its order, for a person and for a program, and the export of the collections."""

import csv
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lockers.models import LabelAttempt, Manifest, Parcel, TrackingEvent
from orders import tasks
from orders.models import Order
from tests.callers import load_roles, of_role, person
from tests.orders.builders import NOON, make_order
from tests.orders.parcels import parcel, say

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(goods):
    cache.clear()
    load_roles()


@pytest.fixture
def cx(client: Client) -> Client:
    client.force_login(person("cx"))
    return client


def page(client: Client, one: Parcel, query: str = "") -> str:
    answer = client.get(f"/orders/{one.order_number}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def waiting(**facts: object) -> Parcel:
    """A parcel that has been in its locker for fourteen hours."""
    since = timezone.now() - timedelta(hours=14, minutes=1)
    facts = {"in_locker_at": since, "collect_by": since + timedelta(hours=72), "carriage": "in_locker", "carriage_at": since} | facts
    return parcel(size="B", length_mm=380, width_mm=300, height_mm=75, weight_g=1240, size_from="acs", labelled_at=NOON, **facts)


class TestPanel:
    def test_a_parcel_in_the_locker_says_what_it_is_where_and_for_how_long(self, cx):
        html = page(cx, waiting())

        for said in (
            "In the locker",
            "57 h 58 m of 72 h left",
            'value="T1"',
            "Compartment B; 380 × 300 × 75 mm, 1,240 g",
            "ACS&#x27;s packed size",
            "/lockers/UK00000904/",
            "Made by Lockstep",
            "Nothing yet: it is told when the parcel has left.",
        ):
            assert said in html, said

    def test_where_inpost_moved_it_is_said_beside_what_was_chosen(self, cx):
        html = page(cx, waiting(now_at_point="UK00000905"))

        assert "/lockers/UK00000905/" in html
        assert 'the customer chose <span class="mono">UK00000904</span>' in html

    def test_when_the_window_is_over_it_says_so(self, cx):
        over = timezone.now() - timedelta(minutes=5)

        assert "None of the 72 hours left" in page(cx, waiting(in_locker_at=over - timedelta(hours=72), collect_by=over))

    def test_what_inpost_has_is_stopped_by_nobody_any_more(self, cx):
        html = page(cx, waiting(handed_over_at=NOON))

        assert "Too late: handed over to InPost 12:00 on 9 June." in html
        assert "/recall/" not in html

    def test_a_failed_label_says_why_and_leads_to_the_labels(self, cx):
        one = parcel(number="", state="label_pending")
        facts = {"state": "refused", "remedy": "fix_first", "asked_by": "system:labelling", "asked_at": NOON}
        problem = {"field": "phone", "reason": "InPost does not take this number.", "to_do": "Correct the mobile."}
        LabelAttempt.objects.create(parcel=one, number=2, deduplication_id="0" * 32, problems=[problem], **facts)

        html = page(cx, one)

        for said in ("Label to be made", "No label: InPost refused", "InPost does not take this number. Correct the mobile.", "/labels/"):
            assert said in html, said

    def test_a_label_of_acs_says_whose_it_is(self, cx):
        assert "Made by ACS" in page(cx, waiting(made_by="acs"))

    def test_the_manifest_is_named_also_where_it_has_no_page(self, cx):
        manifest = Manifest.objects.create(site_key="acs", collection_on=NOON.date(), cutoff_at=NOON, created_at=NOON)
        html = page(cx, waiting(state="manifested", manifest=manifest, gate_passed_at=NOON, manifested_at=NOON))

        assert "Tue 9 Jun 2026" in html
        assert "put it on a closed manifest" in html

    def test_an_earlier_parcel_is_listed_quietly(self, cx):
        one = waiting(revision=2)
        facts = {"order_number": one.order_number, "point_id": "UK1", "created_at": NOON}
        Parcel.objects.create(tracking_number="T0", state="void", void_at=NOON, void_why="Label torn", **facts)

        html = page(cx, one)

        assert "1 earlier parcel" in html
        assert "Label torn" in html

    def test_an_order_without_a_parcel_has_no_panel(self, cx):
        assert "parcel-title" not in cx.get(f"/orders/{make_order().number}/").content.decode()

    def test_what_the_shop_was_told_stands_there_with_what_it_refused(self, cx, shop_folder):
        one = parcel()
        say(one, "FMD.1002")
        say(one, "LMD.1005", 5)
        tasks.tell_shop()

        html = page(cx, one)

        assert "Sent, with its number" in html
        assert "Ready to collect" in html


class TestTimeline:
    def test_each_code_stands_in_words_with_the_code_and_an_unknown_one_as_it_came(self, cx):
        one = parcel()
        place = {"type": "LOCKER_POINT", "id": "UK00000904", "postcode": "NW1 2DB"}
        say(one, "LMD.1005", 5, place=place)
        say(one, "ZZZ.9999", 6, place={"type": "ADDRESS", "name": "Ada Byron", "postcode": "LS1 4AB"})

        html = page(cx, one, "?show=inpost")

        assert "put it in the locker and sent the code" in html
        assert '<small class="muted mono">LMD.1005</small>' in html
        assert "said something that is not known to us" in html
        assert "ZZZ.9999" in html
        assert "the customer&#x27;s address" in html
        assert "placed the order" not in html

    def test_the_chips_count_the_lines_that_they_show(self, cx):
        one = parcel()
        for hour in range(70):
            say(one, "MMD.1001", hour)
        context = cx.get(f"/orders/{one.order_number}/").context

        assert [(key, count) for key, _, count in context["chips"]] == [("", 60), ("shop", 2), ("inpost", 60)]
        for key, _, count in context["chips"]:
            shown = cx.get(f"/orders/{one.order_number}/", {"show": key}).context
            assert (shown["show"], len(shown["timeline"])) == (key, count)

    @pytest.mark.parametrize("show", ["nonsense", "people", "%00", "<script>"])
    def test_a_chip_that_has_nothing_shows_everything(self, cx, show):
        assert cx.get(f"/orders/{parcel().order_number}/", {"show": show.replace("%00", "")}).context["show"] == ""

    def test_the_page_costs_the_same_with_thirty_events_as_with_three(self, cx, django_assert_max_num_queries):
        one, counts = waiting(), []
        for hours in (range(3), range(3, 33)):
            for hour in hours:
                say(one, "MMD.1001", hour)
            page(cx, one)
            with CaptureQueriesContext(connection) as asked:
                page(cx, one)
            counts.append(len(asked))

        assert counts[0] == counts[1] <= 22


class TestProgram:
    def test_a_program_gets_the_parcel_with_its_events(self, settings):
        one = parcel(size="B")
        say(one, "FMD.1002")
        say(one, "LMD.1005", 5, place={"type": "LOCKER_POINT", "id": "UK00000904"})

        told = of_role("cx", "orders:read").get(f"orders/{one.order_number}/").json()

        assert (told["stage"]["key"], told["parcel"]["number"], told["parcel"]["state"]) == ("in_locker", "T1", "labelled")
        assert (told["parcel"]["carriage"], told["parcel"]["size"], told["parcel"]["point"]) == ("in_locker", "B", "UK00000904")
        assert told["parcel"]["handed_over_at"] == "2026-06-09T11:00:00Z"
        assert told["parcel"]["collect_by"] == "2026-06-12T16:00:00Z"
        assert told["parcel"]["events"][0] == {
            "code": "LMD.1005",
            "words": "put it in the locker and sent the code",
            "at": "2026-06-09T16:00:00Z",
            "place": "UK00000904",
        }
        assert told["timeline"][0]["who"] == "InPost"

    def test_the_list_and_its_filter_know_the_parcel_s_stage(self):
        one, other = waiting(), parcel(number="T2")
        caller = of_role("cx", "orders:read")

        rows = caller.get("orders/", stage="in_locker").json()["results"]

        assert [(row["number"], row["stage"]["key"]) for row in rows] == [(one.order_number, "in_locker")]
        assert [row["number"] for row in caller.get("orders/", stage="labelled").json()["results"]] == [other.order_number]


class TestExport:
    def rows(self, client: Client, query: str = "") -> list[dict[str, str]]:
        answer = client.get(f"/collections/export.csv{query}")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        return list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))

    def test_it_has_every_row_of_the_tab_runs_no_formula_and_names_no_customer(self, cx):
        one = waiting(number="=T1")
        Order.objects.filter(number=one.order_number).update(shop_told_at=NOON)

        rows = self.rows(cx)

        assert [(row["Order"], row["Parcel"], row["State"]) for row in rows] == [(one.order_number, "'=T1", "In the locker")]
        assert rows[0]["The customer was told"].startswith("The number ")
        assert "Ada" not in str(rows)
        assert self.rows(cx, "?show=lost") == []

    def test_the_page_says_what_the_shop_shows(self, cx, shop_folder):
        one = waiting()
        say(one, "FMD.1002")
        say(one, "LMD.1005", 1)
        tasks.tell_shop()
        Parcel.objects.update(collect_by=timezone.now() + timedelta(hours=30))

        assert "“ready to collect”" in cx.get("/collections/").content.decode()


def test_events_older_than_inpost_remembers_are_still_here(cx):
    """InPost forgets after 121 days; what it said once is kept."""
    one = parcel()
    say(one, "LMD.1005", -24 * 122)
    tasks.follow_parcels()

    assert TrackingEvent.objects.count() == 1
    assert "put it in the locker" in page(cx, one)
