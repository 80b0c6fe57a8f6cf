"""The desk asks the customer: a link and a message in one act, and what becomes of both."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exceptions_queue.models import AuditEntry, ExceptionCase
from orders import tasks
from orders.actions import Refused, TooLate, ask_customer, correct_mobile, customer_links, hold, messages
from orders.models import CustomerLink, CustomerMessage, Order
from orders.queries.customer_links import PLACE, address_of, link_of, path_of
from partners.models import Intent
from tests.config.people import load_roles
from tests.orders.asking import MOBILE, asked, without_both, without_locker, without_mobile
from tests.orders.builders import NOON, make_order, make_shopfloor
from tests.orders.reassigning import NEAR, make_lockers
from tests.partners.mail.fake_smtp import FakeSmtp, smtp

pytestmark = pytest.mark.django_db
DESK = "https://desk.test"


@pytest.fixture(autouse=True)
def floor(settings, db) -> None:
    settings.MODES, settings.DESK_URL = dict.fromkeys(settings.MODES, "live"), DESK
    settings.SENDER = settings.SENDER | {"company": "Atelier North", "phone": "0113 496 0000"}
    make_shopfloor()
    make_lockers()


@pytest.fixture
def agent() -> User:
    return person("cx")


@pytest.fixture
def desk(client, agent) -> Client:
    client.force_login(agent)
    return client


@pytest.fixture
def mail(settings) -> Iterator[FakeSmtp]:
    with smtp() as server:
        settings.EMAIL_URL, settings.EMAIL_FROM = server.url, "orders@shop.test"
        yield server


def person(role: str) -> User:
    load_roles()
    user = get_user_model().objects.create_user(role)
    user.groups.add(Group.objects.get(name=role))
    return user


def send(message: CustomerMessage) -> None:
    messages.send_email(message, actor="agent", at=timezone.now(), version=message.version)
    tasks.send_messages()
    message.refresh_from_db()


class TestAsking:
    def test_the_link_and_the_draft_are_made_together(self):
        link = asked(without_mobile())

        message = CustomerMessage.objects.get(occasion="put_right")
        assert (link.purpose, link.made_by, message.facts) == ("mobile", "agent", {"link": link.pk, "asks": "mobile"})
        assert "the number we have is a landline" in message.body
        assert AuditEntry.objects.get(verb="customer link made").after == {"link": link.pk, "asks": "mobile"}

    @pytest.mark.parametrize(("make", "purpose"), [(without_locker, "locker"), (without_both, "both")])
    def test_it_asks_for_what_is_wrong(self, make, purpose):
        assert asked(make()).purpose == purpose

    def test_a_link_works_for_three_days_or_until_a_hold_ends(self):
        order, other, now = without_mobile(), without_mobile(), timezone.now()
        hold(other, reason="She rings back", exit="She rings", until=now + timedelta(hours=30), actor="agent", at=now)

        long, short = asked(order), asked(other)

        assert long.expires_at - long.made_at == timedelta(hours=72)
        assert abs(short.expires_at - now - timedelta(hours=30)) < timedelta(minutes=1)

    def test_asked_again_the_same_link_is_sent_again(self):
        order = without_mobile()

        assert asked(order) == asked(order)

    def test_a_link_for_something_else_or_nearly_over_gives_way_to_a_new_one(self):
        order = without_mobile()
        first = asked(order)
        CustomerLink.objects.filter(pk=first.pk).update(expires_at=timezone.now() + timedelta(hours=3))

        second = asked(order)

        first.refresh_from_db()
        assert (first.revoked_at is not None, second.pk != first.pk) == (True, True)
        assert CustomerMessage.objects.get().facts["link"] == second.pk

    def test_where_the_customer_can_put_nothing_right_none_is_made(self):
        with pytest.raises(Refused, match="No case is open that the customer"):
            ask_customer(make_order(), actor="agent", at=timezone.now())

        assert (CustomerLink.objects.count(), CustomerMessage.objects.count()) == (0, 0)

    @pytest.mark.parametrize("facts", [{"state": "released", "released_at": NOON}, {"state": "cancelled"}, {"store_cancelled_at": NOON}])
    def test_once_acs_has_it_or_it_is_cancelled_none_is_made(self, facts):
        order = without_mobile()
        Order.objects.filter(pk=order.pk).update(**facts)

        with pytest.raises(TooLate, match="cannot change it by a link"):
            ask_customer(order, actor="agent", at=timezone.now())

    def test_the_database_allows_one_open_link_an_order(self):
        link = asked(without_mobile())

        with pytest.raises(IntegrityError), transaction.atomic():
            CustomerLink.objects.create(
                order=link.order, nonce="x", purpose="mobile", made_by="x", made_at=link.made_at, expires_at=link.expires_at
            )

    def test_ended_it_opens_nothing_and_its_draft_cannot_be_sent(self, mail):
        link = asked(without_mobile())
        message = CustomerMessage.objects.get()

        customer_links.end_link(link.order, actor="agent", at=timezone.now())

        with pytest.raises(Refused, match="no link that works"):
            send(message)
        with pytest.raises(Refused, match="no link to end"):
            customer_links.end_link(link.order, actor="agent", at=timezone.now())
        assert mail.messages == []


class TestTheAddress:
    def test_it_leads_back_to_its_link_and_holds_nothing_of_the_customer(self):
        link = asked(without_mobile())
        path = path_of(link)

        assert link_of(path.split("/")[2]) == link
        assert not [word for word in (link.order.number, "Ada", "Byron", "0113", "@", "LS1") if word in path]
        assert len(path) <= 80

    def test_it_is_kept_nowhere(self, mail):
        link = asked(without_mobile())
        send(CustomerMessage.objects.get())

        signature = path_of(link).split(".")[1].strip("/")
        kept = [*CustomerLink.objects.values_list(), *CustomerMessage.objects.values_list(), *Intent.objects.values_list()]
        assert (signature in mail.messages[0].replace("=\n", "").replace("=\r\n", ""), signature in str(kept)) == (True, False)
        assert signature not in str(list(AuditEntry.objects.values_list()))

    @pytest.mark.parametrize("token", ["x", ".", "x.y", "a" * 400, "é.x", "nonce.sig.sig"])
    def test_what_we_never_gave_is_nobody_s(self, token):
        assert link_of(token) is None


class TestTheMessage:
    def test_the_address_is_put_in_when_it_is_sent(self, mail):
        link = asked(without_mobile())
        message = CustomerMessage.objects.get()

        send(message)

        assert (message.state, PLACE in message.body) == ("sent", True)
        [letter] = mail.messages
        assert address_of(link).startswith(f"{DESK}/c/")
        assert PLACE not in letter
        assert "Atelier North" in letter

    def test_a_text_without_its_place_is_refused_with_what_to_do(self, mail):
        asked(without_mobile())
        message = CustomerMessage.objects.get()
        messages.edit(message, subject="Your order", body="Hello", version=message.version)

        with pytest.raises(Refused, match=r"leaves out the customer's link. Write \[link\]"):
            send(message)

    def test_without_an_address_of_ours_nothing_is_sent(self, mail, settings):
        asked(without_mobile())
        settings.DESK_URL = ""

        with pytest.raises(Refused, match="DESK_URL is not set"):
            send(CustomerMessage.objects.get())

    def test_what_was_put_right_meanwhile_is_not_asked_for(self, mail):
        order = without_mobile()
        asked(order)
        message = CustomerMessage.objects.get()
        correct_mobile(order, value=MOBILE, actor="agent", at=timezone.now(), version=order.version)

        with pytest.raises(Refused, match="nothing to put right"):
            send(message)

    def test_the_text_message_holds_the_whole_address_within_three_texts(self, desk):
        link = asked(without_both())
        message = CustomerMessage.objects.get()

        html = desk.get(reverse("orders:message", args=[link.order.number, message.pk])).content.decode()

        text = html.partition('data-copy="Copy the text message">')[2].partition("</textarea>")[0]
        assert f"http://testserver{path_of(link)} It works until" in text
        assert len(text) <= 459


class TestTheDesk:
    def test_from_a_case_it_is_one_press(self, desk):
        order = without_mobile()
        address = reverse("orders:ask-customer", args=[order.number])
        assert "link of their own" in desk.get(address).content.decode()

        answer = desk.post(address, {"version": order.version}, headers={"HX-Request": "true"})

        assert answer.status_code == 200
        assert "Read the message" in answer.content.decode() or "messages/" in answer.content.decode()
        assert CustomerLink.objects.get().made_by == "cx"

    def test_the_order_shows_the_link_how_often_it_was_opened_and_ends_it(self, desk):
        link = asked(without_mobile())
        Client().get(path_of(link))
        page = reverse("orders:detail", args=[link.order.number])

        html = desk.get(page).content.decode()
        told = desk.post(reverse("orders:end-customer-link", args=[link.order.number]), follow=True).content.decode()

        assert f"http://testserver{path_of(link)}" in html
        assert "1 time, last" in html
        assert "opens nothing any more" in told
        assert path_of(link) not in told

    @pytest.mark.parametrize("role", ["warehouse", "viewer", "integration"])
    def test_who_may_not_write_to_customers_sees_no_link(self, client, role):
        link = asked(without_mobile())
        client.force_login(person(role))

        html = client.get(reverse("orders:detail", args=[link.order.number])).content.decode()

        assert path_of(link) not in html
        assert "Customer's link" not in html
        assert client.post(reverse("orders:end-customer-link", args=[link.order.number])).status_code == 403

    def test_it_costs_the_order_s_page_one_statement(self, desk, django_assert_max_num_queries):
        link = asked(without_mobile())
        page = reverse("orders:detail", args=[link.order.number])
        desk.get(page)

        with django_assert_max_num_queries(24) as seen:
            desk.get(page)

        assert sum("orders_customerlink" in query["sql"] for query in seen.captured_queries) == 1


def test_the_customer_s_answer_closes_the_case_and_lets_the_order_go():
    order = without_both()
    link = asked(order)

    wants = customer_links.put_right(link, mobile=MOBILE, locker_id=NEAR, at=timezone.now())

    order.refresh_from_db()
    assert (wants.purpose, order.state, order.mobile, order.locker_id) == ("both", "ready", "+447712345068", NEAR)
    assert not ExceptionCase.objects.filter(order_number=order.number, state="open").exists()
    assert Intent.objects.filter(kind="acs_release", business_id=order.number).count() == 1
    corrected = AuditEntry.objects.filter(verb="order corrected")
    assert {entry.actor_label for entry in corrected} == {"customer by link"}
    assert "7712" not in str([entry.after for entry in corrected])
