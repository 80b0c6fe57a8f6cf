"""A locker closes: all of its orders go elsewhere at once, those that ACS has too, and their customers are written to."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from exceptions_queue import jobs
from exceptions_queue.models import BulkItem, BulkJob, ExceptionCase
from lockers.models import Parcel, Point
from lockers.states import LIVE, ParcelState
from orders import tasks
from orders.actions import bulk, review_many
from orders.models import CustomerMessage, Order
from orders.states import AcsStatus, OrderState
from partners.models import Intent
from partners.sandbox.world import World
from tests.orders.builders import NOON, make_order
from tests.orders.reassigning import FAR, NEAR, OLD, close, make_lockers, manifest, map_statuses, open_cases, send
from tests.partners.mail.fake_smtp import FakeSmtp, smtp

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def floor(world: World) -> None:
    cache.clear()
    call_command("load_roles", stdout=StringIO())
    map_statuses()
    make_lockers()


@pytest.fixture
def agent() -> User:
    user = get_user_model().objects.create_user("agent")
    user.groups.add(Group.objects.get(name="cx"))
    return user


@pytest.fixture
def mail(settings) -> Iterator[FakeSmtp]:
    with smtp() as server:
        settings.EMAIL_URL, settings.EMAIL_FROM = server.url, "orders@shop.test"
        yield server


def picked(count: int, **facts: object) -> list[Order]:
    """Orders that ACS has picked, whose locker has closed since: each with its case."""
    orders = [make_order(email=f"customer{n}@example.com", **facts) for n in range(count)]
    send(*orders)
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(acs_status=AcsStatus.PICK_CONFIRMED, acs_status_since=NOON)
    close(OLD)
    tasks.ask_for_labels()
    return orders


def put(agent: User) -> BulkJob:
    cases = ExceptionCase.objects.filter(state="open", code="LOC-CLOSED")
    params = {"ring": bulk.RING, "follow_up": "orders:job-messages"}
    return jobs.put_job("nearest_locker", cases=cases, params=params, actor=agent, at=timezone.now(), ring=bulk.RING)


def results(job: BulkJob) -> list[tuple[str, str]]:
    return list(BulkItem.objects.filter(job=job).order_by("pk").values_list("state", "why"))


class TestDoing:
    def test_all_orders_of_a_closed_locker_go_to_the_nearest_and_each_result_names_it(self, agent):
        orders = picked(3)

        job = put(agent)
        tasks.drain_bulk()
        tasks.send_releases()

        assert set(results(job)) == {("done", f"To locker {NEAR}: 400 m from the first choice.")}
        assert set(Order.objects.values_list("locker_id", flat=True)) == {NEAR}
        assert [open_cases(order) for order in orders] == [set()] * 3

    def test_before_and_after_the_release_together(self, agent):
        picked(1)
        held = make_order()
        review_many([held.pk], at=NOON)

        job = put(agent)
        tasks.drain_bulk()

        held.refresh_from_db()
        assert (held.locker_id, held.state, Order.objects.exclude(pk=held.pk).get().locker_id) == (NEAR, OrderState.READY, OLD)
        assert [state for state, _ in results(job)] == ["done", "done"]

    def test_a_candidate_that_closes_between_the_dry_run_and_the_doing_is_passed_over(self, agent):
        picked(2)
        shown = bulk.dry_run("nearest_locker", cases=ExceptionCase.objects.filter(state="open"), params={})
        job = put(agent)
        close(NEAR)

        tasks.drain_bulk()
        tasks.send_releases()

        assert {choice.point.point_id for _, _, choice in shown.going} == {NEAR}
        assert set(Order.objects.values_list("locker_id", flat=True)) == {FAR}
        assert FAR in results(job)[0][1]

    def test_what_cannot_go_says_why_and_the_others_go(self, agent):
        first, second, third = picked(3)
        Parcel.objects.create(order_number=first.number, point_id=OLD, created_at=NOON, state=ParcelState.LABELLED, tracking_number="JJD1")
        manifest(Parcel.objects.get(order_number=first.number))
        Order.objects.filter(pk=second.pk).update(acs_status=AcsStatus.DESPATCHED)

        job = put(agent)
        tasks.drain_bulk()

        said = {item.case.order_number: (item.state, item.why) for item in BulkItem.objects.filter(job=job).select_related("case")}
        assert said[first.number] == ("skipped", "The parcel is on a closed manifest. Reopen the manifest or pull the parcel first.")
        assert said[second.number][1].startswith("Too late: despatched")
        assert said[third.number][0] == "done"

    def test_labels_for_the_old_locker_are_void(self, agent):
        [order] = picked(1)
        Parcel.objects.create(order_number=order.number, point_id=OLD, created_at=NOON, state=ParcelState.LABELLED, tracking_number="JJD1")

        put(agent)
        tasks.drain_bulk()

        assert not Parcel.objects.filter(state__in=LIVE).exists()
        assert Parcel.objects.get().version == 2

    def test_done_twice_each_order_is_asked_for_once(self, agent):
        picked(2)

        first, second = put(agent), put(agent)
        tasks.drain_bulk()

        assert [state for state, _ in results(first) + results(second)] == ["done", "done", "skipped", "skipped"]
        assert Intent.objects.filter(payload__elsewhere=True).count() == 2

    def test_the_next_run_of_the_gate_finds_nothing_any_more(self, agent):
        picked(3)
        put(agent)
        tasks.drain_bulk()
        tasks.send_releases()

        tasks.ask_for_labels()

        assert ExceptionCase.objects.filter(state="open").count() == 0
        assert set(Parcel.objects.filter(state__in=LIVE).values_list("point_id", flat=True)) == {NEAR}

    @pytest.mark.parametrize("count", [3, 30])
    def test_a_batch_costs_the_same_for_any_number(self, agent, count, django_assert_max_num_queries):
        orders = picked(count)
        for order in orders:
            Parcel.objects.create(order_number=order.number, point_id=OLD, created_at=NOON, state="labelled", tracking_number=order.number)
        put(agent)

        with django_assert_max_num_queries(75):
            tasks.drain_bulk()

        assert CustomerMessage.objects.count() == count


class TestPage:
    def ask(self, client, **more: str):
        return client.get(reverse("orders:bulk"), {"kind": "nearest_locker", "all": "1", "code": "LOC-CLOSED"} | more)

    def test_it_shows_per_order_where_it_would_go_and_changes_nothing(self, client, agent):
        client.force_login(agent)
        orders = picked(2)

        html = self.ask(client).content.decode()

        assert html.count(f'href="/lockers/{NEAR}/"') == 2
        assert "400 m from the first choice" in html
        assert "open day and night" in html
        assert "2 Camley Street" in html
        assert all(order.number in html for order in orders)
        assert (BulkJob.objects.count(), Intent.objects.filter(payload__elsewhere=True).count()) == (0, 0)

    @pytest.mark.parametrize("count", [3, 30])
    def test_the_dry_run_costs_the_same_for_any_number(self, client, agent, count, django_assert_max_num_queries):
        client.force_login(agent)
        picked(count)

        with django_assert_max_num_queries(45):
            self.ask(client)

    @pytest.mark.parametrize(("role", "status"), [("cx", 200), ("warehouse", 200), ("integration", 403), ("viewer", 403)])
    def test_who_may(self, client, role, status):
        user = get_user_model().objects.create_user(role)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)

        assert self.ask(client).status_code == status


class TestMessages:
    def test_the_job_leads_to_a_draft_for_each_customer(self, client, agent, mail):
        client.force_login(agent)
        picked(3)
        client.post(reverse("orders:bulk"), {"kind": "nearest_locker", "all": "1", "code": "LOC-CLOSED"})
        tasks.drain_bulk()
        job = BulkJob.objects.get()

        page = client.get(reverse("queue:job", args=[job.pk])).content.decode()
        before = client.get(reverse("orders:job-messages", args=[job.pk])).content.decode()
        tasks.send_releases()
        after = client.get(reverse("orders:job-messages", args=[job.pk])).content.decode()

        assert reverse("orders:job-messages", args=[job.pk]) in page
        assert "ACS does not show locker" in before
        assert "Send all" not in before
        assert "Send all 3 e-mails" in after
        assert "customer0@example.com" not in after

    def test_all_are_sent_once_each_to_its_own_customer(self, client, agent, mail):
        client.force_login(agent)
        orders = picked(3)
        job = put(agent)
        tasks.drain_bulk()
        tasks.send_releases()

        for _ in range(2):
            client.post(reverse("orders:job-messages", args=[job.pk]))
        tasks.drain_bulk()
        tasks.send_messages()

        assert len(mail.messages) == 3
        for order in orders:
            [letter] = [letter for letter in mail.messages if f"To: {order.email}" in letter]
            assert order.number in letter
            assert "Camley Street" in letter
            assert not [other for other in orders if other != order and (other.number in letter or other.email in letter)]
        assert {row.state for row in CustomerMessage.objects.all()} == {"sent"}

    def test_who_lost_the_role_meanwhile_sends_nothing(self, client, agent, mail):
        client.force_login(agent)
        picked(1)
        job = put(agent)
        tasks.drain_bulk()
        tasks.send_releases()
        client.post(reverse("orders:job-messages", args=[job.pk]))
        agent.groups.clear()

        tasks.drain_bulk()
        tasks.send_messages()

        assert mail.messages == []

    def test_what_is_not_so_any_more_is_left_out_with_its_reason(self, client, agent, mail):
        client.force_login(agent)
        first, _ = picked(2)
        job = put(agent)
        tasks.drain_bulk()
        tasks.send_releases()
        Order.objects.filter(pk=first.pk).update(locker_id=FAR)
        Point.objects.filter(point_id=FAR).update(status="Operating")

        client.post(reverse("orders:job-messages", args=[job.pk]))
        tasks.drain_bulk()
        tasks.send_messages()

        assert len(mail.messages) == 1
        assert first.email not in mail.messages[0]
        assert ("skipped", "What it says is not so any more. Nothing was sent: draft it anew.") in results(BulkJob.objects.latest("pk"))

    @pytest.mark.parametrize("count", [3, 30])
    def test_sending_costs_the_same_for_any_number(self, client, agent, count, mail, django_assert_max_num_queries):
        client.force_login(agent)
        picked(count)
        job = put(agent)
        tasks.drain_bulk()
        CustomerMessage.objects.update(state="draft")
        client.post(reverse("orders:job-messages", args=[job.pk]))

        with django_assert_max_num_queries(40):
            tasks.drain_bulk()
        with django_assert_max_num_queries(35):
            client.get(reverse("orders:job-messages", args=[job.pk]))
