"""The pages of a collection: the board, the dry run, closing, the sheet, past collections; numbers link to the rows they count."""

import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exceptions_queue import actions as desk
from lockers.actions.manifests import pull_parcel
from lockers.models import Label, LabelAttempt, Manifest, Parcel, Point, Pull
from orders.actions.closing import close_asked
from orders.actions.missed import freeze
from tests.config.people import load_roles
from tests.orders.builders import NOON, make_shopfloor
from tests.orders.collecting import CUTOFF, labelled, open_manifest, order_of, picked

pytestmark = pytest.mark.django_db
SOON = CUTOFF - timedelta(minutes=90)


@pytest.fixture(autouse=True)
def shopfloor(settings, db):
    settings.INPOST_POINTS_URL = ""
    load_roles()
    make_shopfloor()
    with time_machine.travel(SOON, tick=False) as clock:
        yield clock


def signed_in(role: str) -> Client:
    user = User.objects.create(username=role)
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lead() -> Client:
    return signed_in("warehouse")


@pytest.fixture
def manifest() -> Manifest:
    return open_manifest()


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def close(client: Client, manifest: Manifest) -> None:
    client.post(f"/manifests/{manifest.pk}/close/", {"version": Manifest.objects.get(pk=manifest.pk).version})
    close_asked(clock=lambda: SOON)


def refused(remedy: str, reason: str) -> Parcel:
    """A parcel of which InPost made no label."""
    parcel = labelled(state="label_pending", tracking_number="")
    LabelAttempt.objects.create(
        parcel=parcel,
        number=1,
        deduplication_id="6f0c5d0e-8f0b-5c55-9a53-0f4a1c7b4f3d",
        state="refused",
        remedy=remedy,
        problems=[{"field": "recipient.phone", "reason": reason, "to_do": "Correct it."}],
        asked_by="system",
        asked_at=NOON,
    )
    return parcel


class TestBoard:
    def test_each_number_is_the_number_of_rows_behind_it(self, lead, manifest):
        for _ in range(3):
            labelled()
        picked()
        labelled(order=picked(locker_id="UK00000000"))  # nobody's locker yet: no case, nothing stuck
        closed = open_manifest(cutoff_at=CUTOFF - timedelta(days=1), state="closed", closed_at=SOON)
        on = {"state": "manifested", "manifest": closed, "gate_passed_at": SOON, "manifested_at": SOON}
        for carriage in ("", "handed_over", "in_transit", "in_locker"):
            labelled(**on, carriage=carriage, handed_over_at=SOON if carriage else None)

        page = text(lead, "/manifests/")

        counts = dict(re.findall(r'href="\?show=(\w+)" data-count="(\d+)"', page))
        assert counts == {"to_label": "1", "labelled": "4", "manifested": "1", "collected": "1", "scanned": "2"}
        for show, count in counts.items():
            rows = re.findall(r'data-label="Order"', text(lead, f"/manifests/?show={show}"))
            assert len(rows) == int(count), show

    def test_the_timer_says_how_long_is_left_and_the_value_is_shown(self, lead, manifest):
        labelled()

        page = text(lead, "/manifests/")

        assert "1 h 30 m left." in page
        assert "£84.00" in page

    def test_after_the_cut_off_it_says_so(self, lead, manifest, shopfloor):
        shopfloor.move_to(CUTOFF + timedelta(minutes=20))

        assert "The cut-off was 20 m ago" in text(lead, "/manifests/")

    def test_what_is_stuck_stands_there_by_name_with_its_reason_and_one_button(self, lead, manifest):
        short, held, fine = labelled(), labelled(), labelled()
        card = desk.Card(label="Order", url="/")
        desk.reconcile(order_of(short), scope=frozenset({"ORD-SHORT"}), found={"ORD-SHORT": {"fault": "short"}}, card=card, at=NOON)
        desk.place_hold(order_of(held), reason="Ask", exit="Yes", owner="cx", actor="system:test", at=NOON)
        failed = refused("try_again", "InPost gave no reason.")

        page = text(lead, "/manifests/")

        assert 'data-count="3" aria-current="page"' in page
        assert all(number in page for number in (short.order_number, held.order_number, failed.order_number))
        assert fine.order_number not in page
        assert "InPost gave no reason." in page
        assert page.count("Open the case") == page.count("Try the label again") == page.count("Open the order") == 1

    def test_a_label_whose_order_has_to_be_put_right_first_is_not_offered_to_be_tried_again(self, lead, manifest):
        refused("fix_first", "The mobile is missing.")

        page = text(lead, "/manifests/")

        assert "The mobile is missing." in page
        assert (page.count("Open the order"), page.count("Try the label again")) == (1, 0)

    def test_pulling_asks_why_and_putting_back_takes_one_press(self, lead, manifest):
        parcel = labelled()
        assert "Why not?" in text(lead, "/manifests/?show=labelled")

        lead.post(f"/manifests/{manifest.pk}/pull/", {"parcel": parcel.pk, "why": "The bag is torn"})
        page = text(lead, "/manifests/")
        assert "Pulled by warehouse: The bag is torn" in page

        lead.post(f"/manifests/{manifest.pk}/put-back/", {"parcel": parcel.pk})
        assert not Pull.objects.exists()

    @pytest.mark.parametrize("parcel", ["", "x", "999999999999999999999", "-1", "7"])
    def test_a_parcel_that_is_none_is_refused_in_words(self, lead, manifest, parcel):
        answer = lead.post(f"/manifests/{manifest.pk}/pull/", {"parcel": parcel, "why": "torn"}, follow=True)

        assert "does not wait for a collection any more" in answer.content.decode()

    def test_who_may_only_look_gets_no_buttons(self, manifest):
        labelled()
        viewer = signed_in("viewer")

        for address in ("/manifests/?show=labelled", f"/manifests/{manifest.pk}/"):
            page = text(viewer, address)
            assert "<form" not in page[page.index("<main") : page.index("</main")]
            assert "Close the manifest" not in page

    def test_before_the_clock_made_one_it_says_when_it_comes(self, lead):
        assert "It appears within a minute" in text(lead, "/manifests/")

    @pytest.mark.parametrize("address", ["/manifests/", "/manifests/?show=labelled", "/manifests/?show=to_label"])
    def test_thirty_cost_as_many_statements_as_three(self, lead, manifest, address):
        counts = []
        for size in (3, 27):
            for _ in range(size):
                labelled()
                stuck = picked()
                desk.place_hold(stuck, reason="Ask", exit="Yes", owner="cx", actor="system:test", at=NOON)
            lead.get(address)
            with CaptureQueriesContext(connection) as told:
                lead.get(address)
            counts.append(len(told))

        assert counts[0] == counts[1]


class TestClosing:
    def test_closing_long_before_the_cut_off_says_what_that_means(self, lead, manifest, shopfloor):
        labelled()
        assert "goes with the next collection" not in text(lead, f"/manifests/{manifest.pk}/close/")

        shopfloor.shift(-timedelta(hours=3))

        assert "InPost collects in 4 h 30 m only." in text(lead, f"/manifests/{manifest.pk}/close/")

    def test_the_dry_run_names_what_stays_and_why(self, lead, manifest):
        labelled()
        labelled()
        bad = labelled(order=picked(mobile=""))

        page = text(lead, f"/manifests/{manifest.pk}/close/")

        assert "2 parcels go, 1 stays behind." in page
        assert bad.order_number in page
        assert "Close with 2 parcels" in page
        assert Parcel.objects.filter(state="manifested").count() == 0

    def test_it_closes_and_the_page_follows_until_it_is_done(self, lead, manifest):
        labelled()

        lead.post(f"/manifests/{manifest.pk}/close/", {"version": 1})
        during = text(lead, f"/manifests/{manifest.pk}/")
        fragment = lead.get(f"/manifests/{manifest.pk}/", headers={"HX-Request": "true"})
        close_asked(clock=lambda: SOON)
        ended = lead.get(f"/manifests/{manifest.pk}/", headers={"HX-Request": "true"})

        assert "It is being closed" in during
        assert 'hx-trigger="every 2s"' in fragment.content.decode()
        assert ended["HX-Refresh"] == "true"
        page = text(lead, f"/manifests/{manifest.pk}/")
        assert "with 1 parcel." in page
        assert "InPost did not answer. The one locker was judged by our copy of its list, which had never been read whole." in page

    def test_the_second_lead_reads_who_is_at_it(self, lead, manifest):
        labelled()
        lead.post(f"/manifests/{manifest.pk}/close/", {"version": 1})

        answer = lead.post(f"/manifests/{manifest.pk}/close/", {"version": 1}, follow=True)

        assert "warehouse is closing this manifest. Wait a moment" in answer.content.decode()

    def test_what_was_pulled_stands_there_with_its_case(self, lead, manifest):
        labelled()
        labelled(order=picked(mobile=""))
        close(lead, manifest)

        page = text(lead, f"/manifests/{manifest.pk}/")

        assert "Taken off: 1 parcel" in page
        assert "Open the case" in page
        assert "judged by our copy" in page

    def test_where_nothing_could_go_it_stays_open_and_says_so(self, lead, manifest):
        labelled(order=picked(mobile=""))
        close(lead, manifest)

        page = text(lead, f"/manifests/{manifest.pk}/")

        assert "Nothing could go when it was last closed, so it stays open." in page

    def test_closed_late_is_said(self, lead, manifest, shopfloor):
        labelled()
        shopfloor.move_to(CUTOFF + timedelta(minutes=20))
        lead.post(f"/manifests/{manifest.pk}/close/", {"version": 1})
        close_asked(clock=lambda: CUTOFF + timedelta(minutes=21))

        assert "Closed 21 m after the cut-off." in text(lead, f"/manifests/{manifest.pk}/")
        assert "Closed 21 m after the cut-off." in text(lead, f"/manifests/{manifest.pk}/sheet/")

    def test_reopening_takes_a_reason_and_says_how_many_stay(self, lead, manifest):
        labelled()
        gone = labelled()
        close(lead, manifest)
        Parcel.objects.filter(pk=gone.pk).update(handed_over_at=SOON, carriage="handed_over")
        manifest.refresh_from_db()

        without = lead.post(f"/manifests/{manifest.pk}/reopen/", {"version": manifest.version}, follow=True)
        answer = lead.post(f"/manifests/{manifest.pk}/reopen/", {"version": manifest.version, "reason": "One more"}, follow=True)

        assert "Say why" in without.content.decode()
        assert "1 parcel waits for a collection again. InPost has 1 in hand: that one stays." in answer.content.decode()

    @pytest.mark.parametrize("version", ["", "x", "99", "9999999999999"])
    def test_a_version_that_is_none_changes_nothing(self, lead, manifest, version):
        answer = lead.post(f"/manifests/{manifest.pk}/close/", {"version": version}, follow=True)

        assert "Look again" in answer.content.decode()
        assert Manifest.objects.get().state == "open"


class TestSheet:
    @pytest.fixture
    def closed(self, lead, manifest) -> Manifest:
        for _ in range(3):
            labelled()
        labelled(order=picked(mobile=""))
        labelled(order=picked(number="=HYPERLINK(1)", email="ada@example.com"), tracking_number="=1+1")
        close(lead, manifest)
        manifest.refresh_from_db()
        return manifest

    def test_every_number_stands_there_once_and_the_total_is_their_count(self, lead, closed):
        page = text(lead, f"/manifests/{closed.pk}/sheet/")
        numbers = re.findall(r'class="mono parcel" data-label="Parcel">([^<]+)<', page)

        assert sorted(numbers) == sorted(Parcel.objects.filter(manifest=closed).values_list("tracking_number", flat=True))
        assert f'Total: <span id="total">{len(numbers)}</span>' in page
        assert len(numbers) == 4

    def test_nobodys_data_is_on_it(self, lead, closed):
        page = text(lead, f"/manifests/{closed.pk}/sheet/") + b"".join(lead.get(f"/manifests/{closed.pk}/sheet.csv")).decode()

        assert not any(word in page for word in ("Byron", "Ada ", "High Street", "LS1", "@example.com", "07712"))

    def test_the_csv_has_the_same_rows_and_runs_no_formula(self, lead, closed):
        answer = lead.get(f"/manifests/{closed.pk}/sheet.csv")
        rows = list(csv.reader(io.StringIO(b"".join(answer).decode())))

        assert answer.streaming
        assert rows[0] == ["No", "Parcel", "Order", "Locker", "Size", "Weight (g)"]
        assert rows[-1] == ["Total", "4"]
        assert len(rows) == 6
        assert "'=1+1" in [row[1] for row in rows[1:-1]]
        assert "'=HYPERLINK(1)" in [row[2] for row in rows[1:-1]]

    def test_there_is_none_before_it_is_closed(self, lead, manifest):
        for address in ("sheet/", "sheet.csv"):
            answer = lead.get(f"/manifests/{manifest.pk}/{address}", follow=True)
            assert "There is no sheet before the manifest is closed." in answer.content.decode()

    def test_it_says_how_fresh_the_lockers_were(self, lead, closed):
        Manifest.objects.update(points_asked=2, points_from_mirror=1)

        assert "2 lockers were looked up at InPost just before the closing; InPost did not answer for 1" in text(
            lead, f"/manifests/{closed.pk}/sheet/"
        )


class TestPast:
    def test_collections_that_have_gone_are_listed_with_their_sheets(self, lead, manifest):
        for day in range(1, 23):
            open_manifest(cutoff_at=CUTOFF - timedelta(days=day), state="closed", closed_at=CUTOFF - timedelta(days=day))

        first = text(lead, "/manifests/past/")
        older = re.search(r'rel="next" href="(\?before=[^"]+)"', first)

        assert older is not None
        assert text(lead, "/manifests/past/" + older[1]).count("/sheet/") == 2

    @pytest.mark.parametrize("before", ["x", "2026-13-01", "0001-01-01T00:00:00+00:00", "2026-06-09", "9999-12-31T23:59:59+00:00"])
    def test_a_place_in_the_list_that_is_none_is_the_beginning(self, lead, before):
        assert lead.get("/manifests/past/", {"before": before}).status_code == 200

    def test_the_picture_of_a_missed_cut_off_is_read_in_the_morning(self, manifest, shopfloor):
        late, bare = labelled(), picked()
        desk.place_hold(order_of(late), reason="Ask", exit="Yes", owner="cx", actor="system:test", at=NOON)
        freeze(at=CUTOFF)
        Parcel.objects.all().delete()
        shopfloor.move_to(CUTOFF + timedelta(hours=15))

        page = text(signed_in("warehouse"), f"/manifests/{manifest.pk}/")

        assert "As it stood at the cut-off" in page
        assert "Labelled: 1" in page
        assert "To label: 1" in page
        assert bare.number in page
        assert "A hold stands on the order." in page


def test_what_is_labelled_stands_on_today_for_who_closes_manifests(lead, manifest):
    labelled()

    assert 'href="/manifests/?show=labelled" data-count="1"' in lead.get("/").content.decode()
    assert "show=labelled" not in signed_in("cx").get("/").content.decode()


def test_a_pull_of_a_parcel_whose_order_nobody_knows_breaks_no_page(lead, manifest):
    parcel = labelled()
    pull_parcel(manifest, parcel.pk, why="torn", actor=User.objects.get(username="warehouse"), at=SOON)
    parcel.order_number = "GONE-1"
    parcel.save()
    Point.objects.all().delete()
    Label.objects.all().delete()

    for address in ("/manifests/", "/manifests/?show=labelled", f"/manifests/{manifest.pk}/", f"/manifests/{manifest.pk}/close/"):
        assert lead.get(address).status_code == 200
