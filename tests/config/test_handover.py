"""The shift hand-over: drafted from rows, frozen with a note, accepted by somebody else, once."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.handover import acts, drafting
from config.models import Handover
from exceptions_queue.actions import Refused
from exceptions_queue.models import AuditEntry, ExceptionCase
from partners.models import Feed
from tests.config import shifts
from tests.config.people import load_roles, make_person, sign_in
from tests.orders.builders import make_shopfloor
from tests.orders.collecting import labelled

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 9, 13, 0, tzinfo=UTC)  # Tuesday 14:00 in London: the next order cut-off is Wednesday 12:00
HOUR = timedelta(hours=1)
PAGE = "/handover/"


@pytest.fixture(autouse=True)
def afternoon():
    cache.clear()
    load_roles()
    make_shopfloor()
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def callum():
    return make_person("callum", "warehouse")


@pytest.fixture
def priya():
    return make_person("priya", "cx")


def given(by, note: str = "The printer at bench 2 jams.") -> Handover:
    return acts.hand_over(note=note, actor=by, at=AT)


def text_of(answer) -> str:
    return unescape(answer.content.decode())


class TestDraft:
    def test_open_risk_is_told_by_desk_with_the_oldest_what_is_late_and_an_orders_value_once(self):
        shifts.blocked(range(1, 3), at=AT - 30 * HOUR, codes=("VAL-MOB-FORMAT", "VAL-EMAIL"))
        shifts.blocked(range(3, 4), at=AT - 2 * HOUR)
        ExceptionCase.objects.update(due_at=AT + HOUR)
        ExceptionCase.objects.filter(subject_id=1).update(due_at=AT - HOUR)

        rows = drafting.risk(at=AT)

        oldest = (AT - 30 * HOUR).isoformat()
        assert rows == [{"owner": "cx", "cases": 5, "late": 2, "oldest_at": oldest, "value_pence": 15_000}]

    def test_what_stops_nothing_and_what_is_closed_is_no_risk(self):
        shifts.blocked(range(1, 3), at=AT)
        ExceptionCase.objects.filter(subject_id=1).update(blocks="")
        ExceptionCase.objects.filter(subject_id=2).update(state="cured", closed_at=AT)

        assert drafting.risk(at=AT) == []

    def test_promises_are_what_waits_for_a_customer_and_what_comes_back_within_a_day_the_soonest_first(self):
        shifts.waiting(1, at=AT, until=None)
        shifts.waiting(2, at=AT, until=AT + 3 * HOUR)
        shifts.snoozed(3, at=AT, until=AT + HOUR)
        shifts.snoozed(4, at=AT, until=AT + 48 * HOUR)
        shifts.snoozed(5, at=AT, until=AT - HOUR)

        rows = drafting.promises(at=AT)

        assert [(row["name"], row["waits"]) for row in rows] == [("3", False), ("2", True), ("1", True)]
        assert rows[-1]["back_at"] is None

    def test_holds_that_end_before_the_next_cut_off_are_named_without_their_reason(self):
        over, soon = shifts.held(at=AT, until=AT - HOUR), shifts.held(at=AT, until=AT + 20 * HOUR)
        shifts.held(at=AT, until=AT + 72 * HOUR)
        shifts.held(at=AT, until=None)

        found = drafting.figures(at=AT)["holds"]

        assert (found["count"], [row["name"] for row in found["rows"]]) == (2, [over, soon])
        assert "Ada" not in str(found)

    def test_late_feeds_are_told_and_those_on_time_are_not(self):
        shifts.every_feed_on_time(at=AT)
        Feed.objects.filter(name="acs.orders").update(last_good_at=AT - 2 * HOUR)
        Feed.objects.filter(name="ledger.journals").update(last_good_at=None)

        assert drafting.feeds(at=AT) == [{"feed": "acs.orders", "age_s": 7200}, {"feed": "ledger.journals", "age_s": None}]

    def test_the_manifest_of_the_day_has_its_parcels_and_those_on_none_are_counted(self):
        shifts.manifest(at=AT, parcels=2)
        shifts.manifest(at=AT - 24 * HOUR, parcels=1)
        labelled()

        found = drafting.figures(at=AT)

        assert [(row["state"], row["parcels"]) for row in found["manifests"]] == [("closed", 2)]
        assert found["unmanifested"] == 1


class TestPage:
    def test_a_quiet_shift_says_so_in_sentences(self, callum):
        shifts.every_feed_on_time(at=AT)
        html = text_of(sign_in(callum).get(PAGE))

        for said in (
            "Nothing that is open stops an order",
            "Waiting for a customer: 0. Put aside for later: 0.",
            "No hold ends before tomorrow 12:00.",
            "There is no collection on this day.",
            "No labelled parcel waits for a manifest.",
            "Every feed is on time.",
            "No shift has been handed over yet.",
        ):
            assert said in html

    def test_every_number_links_to_exactly_the_rows_it_counts(self, callum):
        shifts.blocked(range(1, 4), at=AT - HOUR, codes=("VAL-MOB-FORMAT", "VAL-EMAIL"))
        shifts.waiting(10, at=AT, until=None)
        shifts.snoozed(11, at=AT, until=AT + HOUR)
        ExceptionCase.objects.filter(subject_id=3).update(blocks="")
        ExceptionCase.objects.filter(subject_id__lte=3, code="VAL-EMAIL").update(due_at=AT - HOUR)
        client = sign_in(callum)

        links = re.findall(r'<a href="(/queue/\?[^"]+)" data-count="(\d+)">', client.get(PAGE).content.decode())

        assert [count for _, count in links] == ["6", "2", "1", "1"]
        assert [rows_behind(client, address) for address, _ in links] == [6, 2, 1, 1]

    @pytest.mark.parametrize("number", [3, 30])
    def test_it_costs_the_same_for_three_rows_and_thirty(self, callum, priya, number):
        client = sign_in(callum)
        for n in range(number):
            shifts.waiting(n + 1, at=AT, until=AT + HOUR)
            shifts.held(at=AT, until=AT + HOUR)
        for n in range(number):
            Handover.objects.create(handed_by=priya, handed_at=AT, state="taken_back", figures={"risk": n})
        client.get(PAGE)

        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)

        assert len(asked) == 13  # the session, its person and permissions; eight for the draft; the past hand-overs; what waits

    def test_older_hand_overs_are_a_press_away(self, callum):
        for n in range(12):
            Handover.objects.create(handed_by=callum, handed_at=AT - n * HOUR, state="taken_back", figures={})
        client = sign_in(callum)

        html = client.get(PAGE).content.decode()
        older = re.search(r'href="(\?before=\d+)"', html)[1]

        assert len(re.findall(r'href="/handover/\d+/"', html)) == 10
        assert len(re.findall(r'href="/handover/\d+/"', client.get(PAGE + older).content.decode())) == 2
        assert client.get(f"{PAGE}?before=nonsense").status_code == 200

    def test_who_may_only_look_is_offered_nothing_to_press(self, callum):
        row, client = given(callum), sign_in(make_person("tom", "viewer"))

        for address in (PAGE, f"{PAGE}{row.pk}/"):
            assert 'action="/handover/' not in client.get(address).content.decode()
        assert client.post(PAGE, {"note": ""}).status_code == 403


def rows_behind(client, address: str) -> int:
    html = client.get(unescape(address)).content.decode()
    return len(re.findall(r'<tr id="case-', html))


class TestHandingOver:
    def test_the_figures_are_frozen_with_the_note_and_the_act_is_recorded(self, callum):
        shifts.blocked(range(1, 3), at=AT - HOUR)

        answer = sign_in(callum).post(PAGE, {"note": " The printer jams.\n\nCall Ben. "})
        ExceptionCase.objects.all().delete()

        row = Handover.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, f"/handover/{row.pk}/")
        html = text_of(sign_in(callum).get(f"/handover/{row.pk}/"))
        assert "<p>The printer jams.</p>" in html
        assert "<strong>2 cases</strong> stop something" in html
        assert 'href="/queue/?' not in html
        entry = AuditEntry.objects.get(verb="shift handed over")
        assert (entry.actor_label, entry.after) == ("callum", {"cases": 2, "late": 0})

    def test_a_note_is_shown_as_text_whatever_it_holds(self, callum):
        row = given(callum, note="<script>alert(1)</script>")

        html = sign_in(callum).get(f"/handover/{row.pk}/").content.decode()

        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)" in html

    def test_a_note_that_is_too_long_is_refused_and_stays_in_the_form(self, callum):
        answer = sign_in(callum).post(PAGE, {"note": "x" * 2001})

        assert (answer.status_code, Handover.objects.count()) == (422, 0)
        assert "x" * 2001 in answer.content.decode()
        assert "at most 2000 characters" in text_of(answer)

    def test_handing_over_twice_is_refused_and_loses_no_word(self, callum):
        client = sign_in(callum)
        client.post(PAGE, {"note": "First"})

        answer = client.post(PAGE, {"note": "Second thoughts"})

        assert (answer.status_code, Handover.objects.count()) == (409, 1)
        assert "still waits to be accepted" in text_of(answer)
        assert "Second thoughts" in text_of(answer)


class TestAccepting:
    def test_a_colleague_accepts_and_it_says_who_and_when(self, callum, priya):
        row, client = given(callum), sign_in(priya)
        assert "Callum Doe handed over" in re.sub("</?bdi>", "", text_of(client.get(PAGE)))

        client.post(f"/handover/{row.pk}/accept/")

        row.refresh_from_db()
        assert (row.state, row.accepted_by, row.accepted_at) == ("accepted", priya, AT)
        assert AuditEntry.objects.get(verb="shift accepted").actor_label == "priya"
        html = re.sub("</?bdi>", "", text_of(client.get(f"/handover/{row.pk}/")))
        assert "by Priya Doe, today 14:00" in html
        assert "/accept/" not in html

    def test_the_next_lead_is_told_on_today_until_it_is_accepted_and_whoever_gave_it_is_not(self, callum, priya):
        row = given(callum)
        told = f'<a href="{PAGE}{row.pk}/">'

        assert (told in text_of(sign_in(priya).get("/")), told in text_of(sign_in(callum).get("/"))) == (True, False)
        acts.accept(row, actor=priya, at=AT)
        assert told not in text_of(sign_in(priya).get("/"))

    def test_nobody_accepts_their_own(self, callum):
        row, client = given(callum), sign_in(callum)

        answer = client.post(f"/handover/{row.pk}/accept/")

        row.refresh_from_db()
        assert (answer.status_code, row.state) == (409, "open")
        assert "so somebody else accepts it" in text_of(answer)

    def test_the_database_refuses_ones_own_too(self, callum):
        row = given(callum)

        with pytest.raises(IntegrityError), transaction.atomic():
            Handover.objects.filter(pk=row.pk).update(state="accepted", accepted_by=callum, accepted_at=AT)

    def test_the_second_to_accept_is_told_who_was_quicker(self, callum, priya):
        row, late = given(callum), sign_in(make_person("ben", "warehouse"))
        acts.accept(Handover.objects.get(pk=row.pk), actor=priya, at=AT)

        answer = late.post(f"/handover/{row.pk}/accept/")

        assert answer.status_code == 409
        assert "Priya Doe accepted it today 14:00. Nothing was changed." in text_of(answer)
        assert Handover.objects.get().accepted_by == priya

    def test_it_is_taken_back_by_whoever_gave_it_and_only_while_it_waits(self, callum, priya):
        row, own, other = given(callum), sign_in(callum), sign_in(priya)

        assert other.post(f"/handover/{row.pk}/take-back/").status_code == 409
        assert own.post(f"/handover/{row.pk}/take-back/").status_code == 302
        refused = other.post(f"/handover/{row.pk}/accept/")

        assert (refused.status_code, Handover.objects.get().state) == (409, "taken_back")
        assert "It was taken back." in text_of(refused)
        given(callum)

    def test_what_was_accepted_is_not_taken_back(self, callum, priya):
        row = given(callum)
        acts.accept(Handover.objects.get(pk=row.pk), actor=priya, at=AT)

        with pytest.raises(Refused, match="Priya Doe accepted it"):
            acts.take_back(row, actor=callum, at=AT)
