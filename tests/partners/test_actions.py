"""Lines and feeds looked after, and what people decide about them."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from exceptions_queue.models import AuditEntry, ExceptionCase
from partners import actions, outbox, tasks
from partners.actions import note_watched
from partners.models import Circuit, Intent, RawPayload, RejectedRecord
from partners.queries.doors import door
from tests.partners.builders import make_feed, make_rejected, make_run

pytestmark = pytest.mark.django_db


def rung() -> list[tuple[str, tuple[object, ...]]]:
    """What the workers are asked to do."""
    calls = [SignedPackage.loads(row.payload) for row in OrmQ.objects.order_by("id")]
    return [(call["func"], call["args"]) for call in calls]


def open_codes() -> list[str]:
    return sorted(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))


class TestCasesOfLines:
    def test_a_closed_line_is_one_case_until_it_answers(self, noon):
        line = Circuit.objects.create(partner="acs", opened_at=noon)

        actions.reconcile_health(at=noon)
        actions.reconcile_health(at=noon)
        case = ExceptionCase.objects.get()
        assert (case.code, case.subject_label, case.url, case.state) == ("INT-DOWN", "ACS", "/settings/connections/", "open")

        Circuit.objects.filter(pk=line.pk).update(opened_at=None)
        assert actions.reconcile_health(at=noon).closed == 1
        assert open_codes() == []

    def test_refused_credentials_are_the_cause_and_not_the_silence(self, noon):
        Circuit.objects.create(partner="acs", opened_at=noon, denied_at=noon)

        actions.reconcile_health(at=noon)

        assert open_codes() == ["INT-AUTH"]

    def test_each_partner_has_its_own(self, noon):
        for partner in ("acs", "inpost", "store"):
            Circuit.objects.create(partner=partner, opened_at=noon)

        assert actions.reconcile_health(at=noon).opened == 3

    def test_nothing_new_costs_four_reads(self, noon, django_assert_num_queries):
        Circuit.objects.create(partner="acs", opened_at=noon)
        make_feed("inpost.points", last_good_at=noon - timedelta(hours=14))
        actions.reconcile_health(at=noon)

        with django_assert_num_queries(4):
            actions.reconcile_health(at=noon)


class TestTheLockerList:
    @pytest.mark.parametrize(("hours", "codes"), [(12.9, []), (13.1, ["LOC-STALE"])])
    def test_it_is_stale_after_thirteen_hours(self, noon, hours, codes):
        make_feed("inpost.points", last_good_at=noon - timedelta(hours=hours))

        actions.reconcile_health(at=noon)

        assert open_codes() == codes

    def test_a_fresh_one_closes_the_case(self, noon):
        feed = make_feed("inpost.points", last_good_at=noon - timedelta(hours=14))
        actions.reconcile_health(at=noon)
        make_feed(feed.name, last_good_at=noon)

        actions.reconcile_health(at=noon)

        assert open_codes() == []


class TestTryingAgain:
    @pytest.mark.parametrize(
        ("outcome", "full", "minutes", "again"),
        [
            ("failed", True, 5, True),
            ("failed", True, 3, False),
            ("partial", False, 5, True),
            ("partial", True, 5, False),
            ("partial", True, 61, True),
            ("ok", True, 500, False),
            ("held", True, 500, False),
            ("running", True, 500, False),
        ],
    )
    def test_a_feed_that_failed_is_rung_for_four_minutes_later(self, noon, outcome, full, minutes, again):
        make_run(make_feed("inpost.points"), noon - timedelta(minutes=minutes), outcome, full=full)

        actions.retry_failed_feeds(at=noon)

        assert rung() == ([("config.tasks.run_feed", ("inpost.points",))] if again else [])

    def test_only_its_latest_run_counts(self, noon):
        feed = make_feed("inpost.points")
        make_run(feed, noon - timedelta(minutes=9), "failed")
        make_run(feed, noon - timedelta(minutes=8), "ok")

        assert actions.retry_failed_feeds(at=noon) == 0

    @pytest.mark.parametrize(("name", "paused"), [("products", False), ("store.orders", True)])
    def test_not_what_a_person_brings_nor_what_a_person_paused(self, noon, name, paused):
        make_run(make_feed(name, paused=paused), noon - timedelta(minutes=9), "failed")

        assert actions.retry_failed_feeds(at=noon) == 0

    def test_when_a_line_opens_what_waited_for_it_goes(self, noon):
        line = Circuit.objects.create(partner="acs", opened_at=noon)
        actions.look_after(at=noon)
        intent = outbox.put(kind="release", business_id="LS-1", payload={}, actor="t", at=noon)
        late = noon + timedelta(hours=1)
        Intent.objects.filter(pk=intent.pk).update(next_at=late, error_class="Unreachable")
        Circuit.objects.filter(pk=line.pk).update(opened_at=None)

        counts = actions.look_after(at=noon)

        intent.refresh_from_db()
        assert (counts["closed"], counts["woken"], intent.next_at) == (1, 1, noon)


class TestProbing:
    """The once-a-minute task tries closed lines with a harmless call."""

    @pytest.mark.parametrize(
        ("facts", "tried"),
        [
            ({}, []),
            ({"opened_at": 1}, ["acs"]),
            ({"denied_at": 59}, []),
            ({"denied_at": 61}, ["acs"]),
            ({"opened_at": 90, "denied_at": 30}, []),
        ],
    )
    def test_a_silent_line_every_minute_a_refusing_one_every_hour(self, noon, facts, tried):
        from partners.queries import lines

        Circuit.objects.create(partner="acs", **{name: noon - timedelta(minutes=minutes) for name, minutes in facts.items()})

        assert lines.to_probe(noon) == tried

    def test_a_partner_that_is_not_connected_any_more_does_no_harm(self, noon):
        Circuit.objects.create(partner="acs", opened_at=noon)

        assert tasks.check_health()["answered"] == 0


class TestRunningAndPausing:
    def test_run_now_rings_and_is_audited(self, noon, admin_user):
        actions.run_now(make_feed(), actor=admin_user, at=noon)

        assert rung() == [("config.tasks.run_feed", ("store.orders",))]
        assert AuditEntry.objects.get().verb == "feed asked to run"

    def test_a_paused_feed_is_not_run(self, noon, admin_user):
        with pytest.raises(actions.Refused, match="paused"):
            actions.run_now(make_feed(paused=True), actor=admin_user, at=noon)

        assert rung() == []

    def test_pausing_needs_a_reason_and_is_audited_with_it(self, noon, admin_user):
        feed = make_feed()
        with pytest.raises(actions.Refused, match="Say why"):
            actions.pause(feed, paused=True, reason=" ", actor=admin_user, at=noon)

        actions.pause(feed, paused=True, reason="The shop moves house", actor=admin_user, at=noon)
        actions.pause(feed, paused=True, reason="Twice", actor=admin_user, at=noon)
        actions.pause(feed, paused=False, reason="", actor=admin_user, at=noon)

        assert list(AuditEntry.objects.order_by("id").values_list("verb", "reason")) == [
            ("feed paused", "The shop moves house"),
            ("feed goes on", ""),
        ]


class TestAccepting:
    @pytest.fixture
    def held(self, noon):
        run = make_run(make_feed("inpost.points"), noon, "held", full=True, seen=50)
        RawPayload.objects.create(run=run, source="GET /", body=b"", size=0, sha256="", received_at=noon)
        return run

    def test_the_decision_is_kept_first_and_then_rung_for(self, held, noon, admin_user):
        actions.accept(held, reason="InPost told us", actor=admin_user, at=noon)

        held.refresh_from_db()
        assert (held.accepted_by, held.accepted_why, held.outcome) == (admin_user, "InPost told us", "held")
        assert rung() == [("config.tasks.accept_feed", (held.pk, admin_user.pk, "InPost told us"))]
        assert AuditEntry.objects.get().verb == "held feed accepted"

    def test_who_is_second_is_told(self, held, noon, admin_user):
        actions.accept(held, reason="InPost told us", actor=admin_user, at=noon)

        with pytest.raises(actions.Refused, match="somebody has accepted"):
            actions.accept(held, reason="Me too", actor=admin_user, at=noon)

    def test_a_lost_bell_is_rung_again_once_a_minute(self, held, noon, admin_user):
        actions.accept(held, reason="InPost told us", actor=admin_user, at=noon)
        OrmQ.objects.all().delete()

        assert actions.look_after(at=noon)["accepted"] == 1
        assert rung() == [("config.tasks.accept_feed", (held.pk, admin_user.pk, "InPost told us"))]

    def test_not_once_a_newer_one_was_applied(self, held, noon, admin_user):
        actions.accept(held, reason="InPost told us", actor=admin_user, at=noon)
        make_run(held.feed, noon + timedelta(hours=6), "ok", full=True)

        assert actions.look_after(at=noon + timedelta(hours=6))["accepted"] == 0


class TestRefusedRecords:
    def test_those_kept_whole_are_asked_for_again(self, noon, admin_user):
        run = make_run(make_feed(), noon, rejected=4)
        make_rejected(run, "whole")
        make_rejected(run, "emptied", raw="")
        make_rejected(run, "cut", raw="x" * 100_000)
        make_rejected(run, "solved", solved_at=noon)

        assert actions.ask_replay(run, actor=admin_user, at=noon) == 1
        assert actions.ask_replay(run, actor=admin_user, at=noon) == 0

        assert list(RejectedRecord.objects.filter(replay_asked_at=noon).values_list("key", flat=True)) == ["whole"]
        assert rung() == [("config.tasks.run_feed", ("store.orders",))]

    def test_looking_at_one_is_written_down_without_its_content(self, noon, admin_user):
        record = make_rejected(make_run(make_feed(), noon, rejected=1))

        assert "Ada" in actions.reveal(record, actor=admin_user, at=noon)

        entry = AuditEntry.objects.get()
        assert (entry.verb, entry.after) == ("refused record seen unmasked", {"record": record.pk})


def test_a_subscription_that_was_gone_is_remembered_and_the_first_ones_are_not_news(noon):
    first = note_watched("shopify", added=["ORDERS_CREATE"], at=noon)
    quiet = note_watched("shopify", added=[], at=noon + timedelta(hours=1))
    again = note_watched("shopify", added=["ORDERS_UPDATED"], at=noon + timedelta(hours=2))

    said = door("shopify", noon + timedelta(hours=3), has_secret=True)
    assert (first, quiet, again) == (False, False, True)
    assert said is not None
    assert "ORDERS_UPDATED had to be subscribed again" in said.added
