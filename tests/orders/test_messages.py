"""What a customer is told: drafted, read by a person, sent once and only while it is so."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from lockers.models import Parcel, Point
from orders import tasks
from orders.actions import Refused, messages, reassign_locker
from orders.models import CustomerMessage, Order
from partners.models import Intent
from tests.orders.builders import NOON, make_order, make_shopfloor
from tests.orders.reassigning import FAR, NEAR, OLD, make_lockers
from tests.partners.mail.fake_smtp import FakeSmtp, smtp

pytestmark = pytest.mark.django_db
Occasion = CustomerMessage.Occasion


@pytest.fixture(autouse=True)
def floor(settings, db) -> None:
    cache.clear()
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()
    make_lockers()


@pytest.fixture
def agent() -> User:
    call_command("load_roles", stdout=StringIO())
    user = get_user_model().objects.create_user("agent")
    user.groups.add(Group.objects.get(name="cx"))
    return user


@pytest.fixture
def mail(settings) -> Iterator[FakeSmtp]:
    with smtp() as server:
        settings.EMAIL_URL, settings.EMAIL_FROM = server.url, "orders@shop.test"
        yield server


def moved(to: str = NEAR) -> CustomerMessage:
    """An order that has just been sent to another locker, and the draft about it."""
    order = make_order()
    reassign_locker(order, locker_id=to, actor="test", at=timezone.now(), version=order.version)
    return CustomerMessage.objects.get(order=order)


def mail_it(message: CustomerMessage) -> None:
    message.refresh_from_db()
    messages.send_email(message, actor="test", at=timezone.now(), version=message.version)
    tasks.send_messages()
    message.refresh_from_db()


class TestDrafts:
    def test_it_says_where_the_parcel_goes_and_what_happens_next(self):
        message = moved()

        assert message.subject == f"Your order {message.order.number}: another InPost locker"
        assert f"Camley Street ({NEAR})\n2 Camley Street, London N1C 4AB\nOpen day and night" in message.body
        assert "72 hours" in message.body

    def test_it_names_nothing_of_the_customer(self):
        message = moved()

        assert not [word for word in ("Ada", "Byron", "07712", "@example", "High Street") if word in message.body + message.subject]

    def test_moved_again_the_draft_is_written_anew(self):
        message = moved()
        order = Order.objects.get()

        reassign_locker(order, locker_id=FAR, actor="test", at=timezone.now(), version=order.version)

        message.refresh_from_db()
        assert (CustomerMessage.objects.count(), message.facts["locker_id"]) == (1, FAR)
        assert "Camden Road" in message.body
        assert "Camley" not in message.body

    def test_what_a_person_wrote_is_kept_and_a_colleague_is_told(self):
        message = moved()
        seen = message.version

        messages.edit(message, subject="Your parcel", body="Hello Ada,\r\nit moved.", version=seen)

        assert (message.subject, message.body) == ("Your parcel", "Hello Ada,\nit moved.\n")
        with pytest.raises(Refused, match="A colleague changed"):
            messages.edit(message, subject="x", body="y", version=seen)

    @pytest.mark.parametrize(("subject", "body"), [(" ", "text"), ("subject", " "), ("subject", "x" * 5001)])
    def test_an_empty_or_endless_text_is_refused(self, subject, body):
        message = moved()

        with pytest.raises(Refused):
            messages.edit(message, subject=subject, body=body, version=message.version)

    def test_what_the_customer_was_told_already_is_not_drafted_again(self, mail):
        message = moved()
        mail_it(message)

        messages.draft_locker_changed([Order.objects.get()], actor="test", at=timezone.now())

        assert CustomerMessage.objects.count() == 1

    def test_the_time_that_is_nearly_over(self):
        order, until = make_order(), timezone.now() + timedelta(hours=5)
        facts = {"state": "labelled", "tracking_number": "JJD1", "created_at": NOON, "point_id": OLD, "carriage": "in_locker"}
        parcel = Parcel.objects.create(order_number=order.number, collect_by=until, **facts)

        message = messages.draft(order, occasion=Occasion.EXPIRING, actor="test", at=timezone.now())

        assert f"{timezone.localtime(until):%H:%M}" in message.subject
        assert "Euston Road" in message.body
        parcel.carriage = "collected"
        parcel.save()
        with pytest.raises(Refused, match="does not wait in a locker"):
            messages.send_email(message, actor="test", at=timezone.now(), version=message.version)


class TestSending:
    def test_once_from_our_address_and_the_timeline_knows(self, mail, agent):
        message = moved()

        messages.send_email(message, actor=agent, at=timezone.now(), version=message.version)
        tasks.send_messages()
        tasks.send_messages()

        message.refresh_from_db()
        [letter] = mail.messages
        assert "From: orders@shop.test" in letter
        assert f"To: {message.order.email}" in letter
        assert (message.state, message.way, message.sent_by) == ("sent", "email", agent)
        told = AuditEntry.objects.get(verb="customer told")
        assert (told.actor_label, told.after) == ("agent", {"occasion": "locker_changed", "way": "email"})

    def test_the_intent_holds_ids_and_nothing_else(self, mail):
        mail_it(message := moved())

        intent = Intent.objects.get(kind="customer_message")
        assert intent.payload == {"message": message.pk}
        assert (intent.business_id, intent.op_key) == (
            f"{message.order_id}/locker_changed",
            f"lockstep:customer_message:{message.order_id}/locker_changed:1",
        )

    def test_sent_twice_by_two_people_it_goes_once(self, mail):
        message = moved()
        messages.send_email(message, actor="test", at=timezone.now(), version=message.version)

        with pytest.raises(Refused, match="A colleague changed or sent"):
            messages.send_email(message, actor="test", at=timezone.now(), version=message.version)
        tasks.send_messages()

        assert len(mail.messages) == 1

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (lambda: Order.objects.update(locker_id=FAR), "not so any more"),
            (lambda: Point.objects.filter(point_id=NEAR).update(may_receive=False), "does not take parcels now"),
            (lambda: Point.objects.filter(point_id=NEAR).update(street="4 Other Street"), "not so any more"),
            (lambda: Order.objects.update(store_cancelled_at=NOON), "is cancelled"),
            (lambda: Order.objects.update(destination="home"), "goes to the customer's door"),
            (lambda: Order.objects.update(email="none"), "no e-mail address"),
        ],
    )
    def test_what_is_not_so_any_more_is_refused(self, mail, change, why):
        message = moved()
        change()

        with pytest.raises(Refused, match=why):
            mail_it(message)

        assert (mail.messages, CustomerMessage.objects.get().state) == ([], "draft")

    def test_what_changes_while_it_waits_to_be_sent_is_not_said(self, mail):
        message = moved()
        messages.send_email(message, actor="test", at=timezone.now(), version=message.version)
        Order.objects.update(locker_id=FAR)

        tasks.send_messages()

        message.refresh_from_db()
        assert (mail.messages, message.state, message.why[:27]) == ([], "failed", "What it says is not so any ")

    @pytest.mark.parametrize("command", ["RCPT", "END"])
    def test_5yz_is_for_good_and_says_so(self, settings, command):
        with smtp(**{command: "550 no such box"}) as server:
            settings.EMAIL_URL, settings.EMAIL_FROM = server.url, "orders@shop.test"
            mail_it(message := moved())

        assert (message.state, message.why) == ("failed", "The mail server refuses it for good (550).")
        assert AuditEntry.objects.filter(verb="customer told").count() == 0

    @pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "END"])
    def test_4yz_waits_and_goes_once_afterwards(self, settings, mail, command):
        with smtp(**{command: "450 come back"}) as busy:
            settings.EMAIL_URL = busy.url
            mail_it(message := moved())
        assert (message.state, message.why) == ("queued", "The mail server asks us to come back (450).")
        settings.EMAIL_URL = mail.url
        Intent.objects.update(next_at=timezone.now())

        tasks.send_messages()

        message.refresh_from_db()
        assert (message.state, message.why, len(mail.messages)) == ("sent", "", 1)

    def test_a_line_that_breaks_after_the_text_is_never_sent_again_by_itself(self, settings, mail):
        with smtp() as cut:
            cut.cut_after_text = True
            settings.EMAIL_URL = cut.url
            mail_it(message := moved())
        settings.EMAIL_URL = mail.url
        assert (message.state, Intent.objects.get(kind="customer_message").state) == ("queued", "unknown")
        Intent.objects.update(next_at=timezone.now())

        for _ in range(3):
            tasks.send_messages()

        message.refresh_from_db()
        assert (message.state, mail.messages) == ("unknown", [])
        assert "nobody knows whether it was sent" in message.why

    def test_a_person_may_write_again_after_that(self, mail):
        message = moved()
        CustomerMessage.objects.update(state="unknown", ended_at=NOON)

        again = messages.draft(message.order, occasion=message.occasion, actor="test", at=timezone.now())
        mail_it(again)

        assert (again.revision, again.state, len(mail.messages)) == (2, "sent", 1)

    @pytest.mark.parametrize(
        ("name", "value", "why"),
        [("EMAIL_URL", "", "EMAIL_URL must be set"), ("MODES", {"store": "observe", "acs": "live"}, "MODE_STORE=observe")],
    )
    def test_where_nobody_can_be_written_to_it_says_what_is_missing(self, settings, mail, name, value, why):
        message = moved()
        setattr(settings, name, value)

        with pytest.raises(Refused, match=why):
            mail_it(message)

        assert tasks.send_messages() == {}

    def test_erased_with_its_order(self, mail):
        message = moved()
        messages.send_email(message, actor="test", at=timezone.now(), version=message.version)
        Order.objects.get().delete()

        tasks.send_messages()

        assert (CustomerMessage.objects.count(), mail.messages) == (0, [])


class TestPages:
    def url(self, message: CustomerMessage) -> str:
        return reverse("orders:message", args=[message.order.number, message.pk])

    def said(self, message: CustomerMessage, **more: object) -> dict[str, object]:
        return {"version": message.version, "subject": message.subject, "body": message.body} | more

    def test_read_changed_and_sent(self, client, agent, mail):
        client.force_login(agent)
        message = moved()

        html = client.get(self.url(message)).content.decode()
        answer = client.post(self.url(message), self.said(message, body="It moved.", do="send"), follow=True)
        tasks.send_messages()

        assert "Copy the text message" in html
        assert message.order.email in html
        assert "Handed to the mail server" in answer.content.decode()
        assert "It moved." in mail.messages[0]

    def test_a_refusal_keeps_what_was_typed(self, client, agent, mail):
        client.force_login(agent)
        message = moved()
        Order.objects.update(locker_id=FAR)

        answer = client.post(self.url(message), self.said(message, body="My own words", do="send"))

        assert answer.status_code == 409
        assert "My own words" in answer.content.decode()
        assert "not so any more" in answer.content.decode()

    def test_without_a_mail_server_the_text_can_be_copied_and_noted(self, client, agent, settings):
        settings.EMAIL_URL = ""
        client.force_login(agent)
        message = moved()

        html = client.get(self.url(message)).content.decode()
        client.post(self.url(message), self.said(message, do="told"))

        message.refresh_from_db()
        assert "EMAIL_URL" in html
        assert "Send the e-mail" not in html
        assert "Camley Street, 2 Camley Street, London N1C 4AB" in html
        assert (message.state, message.way, AuditEntry.objects.get(verb="customer told").after["way"]) == ("sent", "text", "text")

    def test_not_needed(self, client, agent):
        client.force_login(agent)
        message = moved()

        client.post(self.url(message), self.said(message, do="drop"))

        message.refresh_from_db()
        assert message.state == "dropped"

    def test_the_orders_page_lists_it_and_the_timeline_tells_it(self, client, agent, mail):
        client.force_login(agent)
        mail_it(message := moved())

        html = client.get(reverse("orders:detail", args=[message.order.number])).content.decode()

        assert "Sent by e-mail" in html
        assert "the parcel goes to another locker by e-mail" in html

    def test_a_message_of_another_order_is_not_found(self, client, agent):
        client.force_login(agent)
        message, other = moved(), make_order()

        assert client.get(reverse("orders:message", args=[other.number, message.pk])).status_code == 404

    @pytest.mark.parametrize("role", ["warehouse", "viewer", "integration"])
    def test_who_may_not_write_to_customers_sees_no_word_of_it(self, client, agent, role):
        user = get_user_model().objects.create_user(role)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        message = moved()

        assert client.get(self.url(message)).status_code == 403
        assert "Messages to the customer" not in client.get(reverse("orders:detail", args=[message.order.number])).content.decode()

    @pytest.mark.parametrize(("occasion", "why"), [("owl", "Choose what"), ("expiring", "does not wait in a locker")])
    def test_nothing_to_say_is_said(self, client, agent, occasion, why):
        client.force_login(agent)
        order = make_order()

        answer = client.post(reverse("orders:message-draft", args=[order.number]), {"occasion": occasion}, follow=True)

        assert why in answer.content.decode()

    def test_nonsense_is_answered_with_a_sentence(self, client, agent):
        client.force_login(agent)
        message = moved()

        assert client.post(self.url(message), {"version": "x"}).status_code == 422
        assert client.post(self.url(message), self.said(message, do="explode"), follow=True).status_code == 200
