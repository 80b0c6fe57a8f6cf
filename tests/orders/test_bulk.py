"""The same fix for many orders: first what it would do, then each exactly once, by the rules of the single fix."""

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from exceptions_queue import jobs
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.filters import CaseFilter
from exceptions_queue.models import AuditEntry, BulkItem, BulkJob, ExceptionCase
from orders import tasks
from orders.actions import bulk, review_many
from orders.models import Order
from orders.states import Destination, OrderState
from partners.models import Intent
from tests.orders.builders import NOON, make_order, make_point, make_shopfloor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def live(settings):
    cache.clear()
    settings.MODES = {**settings.MODES, "acs": "live", "store": "live"}
    call_command("load_roles", stdout=StringIO())
    make_shopfloor()


@pytest.fixture
def agent() -> User:
    user = get_user_model().objects.create_user("agent")
    user.groups.add(Group.objects.get(name="cx"))
    return user


def held(count: int, **facts: object) -> list[Order]:
    orders = [make_order(**({"mobile": "O7712 345O68"} | facts)) for _ in range(count)]
    review_many([order.pk for order in orders], at=NOON)
    return list(Order.objects.filter(pk__in=[order.pk for order in orders]).order_by("pk"))


def put(kind: str, agent: User, **params: object) -> BulkJob:
    cases = ExceptionCase.objects.filter(state="open")
    return jobs.put_job(kind, cases=cases, params=params | {"ring": bulk.RING}, actor=agent, at=timezone.now(), ring=bulk.RING)


def results() -> list[tuple[str, str]]:
    return list(BulkItem.objects.order_by("pk").values_list("state", "why"))


def states() -> set[str]:
    return set(Order.objects.values_list("state", flat=True))


class TestDoing:
    def test_the_proposed_numbers_free_what_nothing_else_stops(self, agent):
        held(3)
        [stopped_otherwise] = held(1, address1="")
        [no_proposal] = held(1, mobile="0113 496 0123")

        put("use_proposed_mobile", agent)
        tasks.drain_bulk()

        assert set(Order.objects.filter(mobile="+447712345068").values_list("state", flat=True)) == {OrderState.READY, OrderState.HELD}
        assert Order.objects.filter(state=OrderState.READY).count() == 3
        assert Intent.objects.filter(state="ready").count() == 3
        by_case = {(item.case.subject_id, item.case.code): (item.state, item.why) for item in BulkItem.objects.select_related("case")}
        assert by_case[stopped_otherwise.pk, "VAL-MOB-FORMAT"] == ("done", "1 thing still stops the order.")
        assert by_case[stopped_otherwise.pk, "VAL-ADDR"] == ("skipped", "This is not its fix.")
        assert by_case[no_proposal.pk, "VAL-MOB-FORMAT"] == ("skipped", "No safe correction of its mobile number is known.")

    def test_the_audit_log_names_the_field_the_job_and_the_person_but_not_the_number(self, agent):
        held(1)

        job = put("use_proposed_mobile", agent)
        tasks.drain_bulk()

        entry = AuditEntry.objects.get(verb="order corrected")
        assert (entry.actor_label, entry.after) == ("agent", {"mobile": "in bulk", "job": job.pk})

    def test_orders_of_one_closed_locker_go_to_the_nearest_that_takes_them(self, agent):
        make_point("UK00000999", status="Closed", may_receive=False, latitude=51.53, longitude=-0.13, content_hash="x")
        held(4, mobile="07712 345068", locker_id="UK00000999")

        put("nearest_locker", agent)
        tasks.drain_bulk()

        assert set(Order.objects.values_list("locker_id", "state")) == {("UK00000904", OrderState.READY)}

    def test_where_no_locker_is_near_it_says_so(self, agent):
        held(1, mobile="07712 345068", locker_id="UK77777777", postcode="ZE1 0AA")

        put("nearest_locker", agent)
        tasks.drain_bulk()

        assert results() == [("skipped", "No locker near it takes the parcel, as far as we know.")]

    def test_to_the_door_by_the_method_chosen(self, agent):
        held(2, mobile="0113 496 0123")

        put("convert_to_home", agent, delivery_method="royal_mail_48")
        tasks.drain_bulk()

        assert set(Order.objects.values_list("delivery_method", "destination", "state")) == {
            ("royal_mail_48", Destination.HOME, OrderState.READY)
        }

    def test_a_method_that_is_no_home_delivery_changes_nothing(self, agent):
        held(1)

        put("convert_to_home", agent, delivery_method="inpost_locker")
        tasks.drain_bulk()

        assert results() == [("skipped", "The delivery method is no home delivery any more.")]

    def test_checking_again_closes_what_is_right_by_now(self, agent):
        held(2, mobile="0113 496 0123")
        Order.objects.update(mobile="07712 345068")

        put("recheck", agent)
        tasks.drain_bulk()

        assert (states(), ExceptionCase.objects.filter(state="open").count()) == ({OrderState.READY}, 0)

    def test_what_is_in_the_air_by_now_is_left_alone(self, agent):
        held(1)
        put("use_proposed_mobile", agent)
        Order.objects.update(state=OrderState.RELEASED, released_at=NOON, release_claimed_at=NOON)

        tasks.drain_bulk()

        assert results() == [("skipped", "It is in the air to ACS or there already.")]
        assert Order.objects.get().mobile == "O7712 345O68"

    def test_a_case_closed_meanwhile_is_left_alone(self, agent):
        held(1)
        put("use_proposed_mobile", agent)
        Order.objects.update(mobile="07803 345068")
        tasks.recheck_open()

        tasks.drain_bulk()

        assert results() == [("skipped", "It was closed meanwhile.")]
        assert Order.objects.get().mobile == "07803 345068"

    def test_who_lost_the_role_meanwhile_does_nothing_any_more(self, agent):
        held(1)
        put("use_proposed_mobile", agent)
        agent.groups.clear()

        tasks.drain_bulk()

        assert results() == [("failed", "Who asked for this may no longer do it.")]
        assert states() == {OrderState.HELD}

    def test_stopped_half_way_and_gone_on_each_is_done_once(self, agent):
        held(6)
        job = put("use_proposed_mobile", agent)
        done = jobs.drain_items({"use_proposed_mobile": _stopping_after_one_batch(job, agent)}, clock=timezone.now, batch=2)
        half = Order.objects.filter(state=OrderState.READY).count()

        jobs.go_on(job, ring=bulk.RING, actor=agent, at=timezone.now())
        tasks.drain_bulk()

        assert (done, half, states()) == ({"done": 2}, 2, {OrderState.READY})
        assert AuditEntry.objects.filter(verb="order corrected").count() == 6

    @pytest.mark.parametrize("count", [3, 30])
    def test_a_batch_costs_the_same_for_any_number(self, agent, count, django_assert_max_num_queries):
        held(count, mobile="0113 496 0123")
        put("convert_to_home", agent, delivery_method="royal_mail_48")

        with django_assert_max_num_queries(55 + 3 * count):  # an intent and its bell for each order that goes
            tasks.drain_bulk()

    def test_the_nearest_is_searched_once_a_place(self, agent, django_assert_max_num_queries):
        make_point("UK00000999", status="Closed", may_receive=False, latitude=51.53, longitude=-0.13, content_hash="x")
        held(30, mobile="07712 345068", locker_id="UK00000999")

        with django_assert_max_num_queries(12):
            run = bulk.dry_run("nearest_locker", cases=ExceptionCase.objects.all(), params={})

        assert run.would == 30


def _stopping_after_one_batch(job: BulkJob, agent: User):
    def do(items, job, at):
        outcomes = bulk.DOES["use_proposed_mobile"](items, job, at)
        jobs.stop(job, actor=agent, at=at)
        return outcomes

    return do


class TestPage:
    def ask(self, client, kind: str, **more: str):
        return client.get(reverse("orders:bulk"), {"kind": kind, "all": "1", "code": "VAL-MOB-FORMAT"} | more)

    def test_it_first_shows_what_it_would_do_and_changes_nothing(self, client, agent):
        client.force_login(agent)
        held(2)
        held(1, mobile="0113 496 0123")

        html = self.ask(client, "use_proposed_mobile").content.decode()

        assert '<strong class="num">2</strong> of 3 cases' in html
        assert "No safe correction" in html
        assert (BulkJob.objects.count(), Order.objects.filter(state=OrderState.READY).count()) == (0, 0)

    def test_then_a_worker_does_it_and_the_job_shows_how_it_went(self, client, agent):
        client.force_login(agent)
        held(2)

        answer = client.post(reverse("orders:bulk"), {"kind": "use_proposed_mobile", "all": "1", "code": "VAL-MOB-FORMAT"}, follow=True)
        tasks.drain_bulk()

        assert answer.status_code == 200
        assert (BulkJob.objects.get().done, states()) == (2, {OrderState.READY})

    def test_picked_cases_only(self, client, agent):
        client.force_login(agent)
        held(3)
        first = ExceptionCase.objects.order_by("pk").first()

        client.post(reverse("orders:bulk"), {"kind": "use_proposed_mobile", "ids": [str(first.pk)]})
        tasks.drain_bulk()

        assert Order.objects.filter(state=OrderState.READY).count() == 1

    def test_a_method_must_be_chosen_from_the_list(self, client, agent):
        client.force_login(agent)
        held(1)
        page = reverse("orders:bulk")

        answer = client.post(page, {"kind": "convert_to_home", "all": "1", "code": "VAL-MOB-FORMAT", "delivery_method": "owl"})

        assert (answer.status_code, BulkJob.objects.count()) == (422, 0)

    @pytest.mark.parametrize("question", [{"cause": "x" * 400}, {"code": "NO-SUCH"}, {"due_before": "soon"}])
    def test_a_question_that_cannot_be_read_never_means_everything(self, client, agent, question):
        client.force_login(agent)
        held(1)

        answer = client.post(reverse("orders:bulk"), {"kind": "use_proposed_mobile", "all": "1"} | question)

        assert (answer.status_code, BulkJob.objects.count()) == (302, 0)

    def test_what_is_done_is_what_was_shown_whatever_the_question(self, client, agent):
        """Every filter of the queue goes from the dry run into the form that does it: without one it would mean every open case."""
        client.force_login(agent)
        held(3)
        asked = dict.fromkeys(CaseFilter.base_filters, "1") | {"customer": str(ExceptionCase.objects.values_list("pk", flat=True)[0])}
        asked |= dict.fromkeys(("opened_from", "opened_to", "closed_from", "closed_to"), "2026-06-09")
        asked |= {
            "state": "open",
            "blocks": "yes",
            "owner": "cx",
            "code": "VAL-MOB-FORMAT",
            "due": "cutoff",
            "due_before": NOON.isoformat(),
        }

        html = client.get(reverse("orders:bulk"), {"kind": "recheck", "all": "1"} | asked).content.decode()

        assert [name for name in asked if f'<input type="hidden" name="{name}"' not in html] == []

    @pytest.mark.parametrize("said", [{}, {"kind": "explode"}, {"kind": "recheck"}, {"kind": "recheck", "ids": "x"}])
    def test_nonsense_is_answered_with_a_sentence(self, client, agent, said):
        client.force_login(agent)

        assert client.get(reverse("orders:bulk"), said).status_code == 302
        assert client.post(reverse("orders:bulk"), said).status_code == 302

    @pytest.mark.parametrize(
        ("role", "kind"), [("warehouse", "use_proposed_mobile"), ("merchandiser", "nearest_locker"), ("warehouse", "convert_to_home")]
    )
    def test_who_may_not_do_it_once_may_not_do_it_in_bulk(self, client, role, kind):
        user = get_user_model().objects.create_user(role)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)

        assert client.get(reverse("orders:bulk"), {"kind": kind, "all": "1"}).status_code == 403
        assert client.post(reverse("orders:bulk"), {"kind": kind, "all": "1"}).status_code == 403


@pytest.mark.parametrize("code", CATALOGUE)
def test_what_a_cause_card_offers_exists_and_is_for_its_code(code):
    for fix in CATALOGUE[code].all_bulk_fixes:
        assert reverse(fix.url_name)
        assert not fix.kind or code in bulk.KINDS[fix.kind].codes
