"""An admin chooses the words of a message: saved as versions, never lost, used by what is drafted from then on."""

from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from orders.actions import Refused, ask_customer, messages
from orders.actions.wording import save_words
from orders.models import CustomerMessage, MessageTemplate
from orders.queries import wording
from orders.rules.templates import LOCKER_CHANGED, PUT_RIGHT
from orders.rules.wording import Words
from tests.config.people import load_roles, make_person
from tests.orders.asking import without_mobile
from tests.orders.builders import NOON, make_shopfloor

pytestmark = pytest.mark.django_db
PAGE = "/settings/messages/put_right/"
OURS = {"subject": "A word about [order]", "body": "Dear customer,\n\nplease [request]: [link]\n"}
LIST, ONE = 4, 5  # three for who is asking


@pytest.fixture(autouse=True)
def roles(db):
    cache.clear()
    load_roles()


@pytest.fixture
def ines() -> User:
    return make_person("ines", "integration")


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(answer) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def save(person: User, version: int = 0, **changed: str) -> MessageTemplate:
    return save_words(PUT_RIGHT, **(OURS | changed), version=version, actor=person, at=timezone.now())


def versions(count: int, person: User, *names: str) -> None:
    MessageTemplate.objects.bulk_create(
        MessageTemplate(name=name, version=number, subject=f"Words {number}", body="[link]\n", by=person, at=NOON)
        for name in names
        for number in range(1, count + 1)
    )


class TestSaving:
    def test_nobody_has_chosen_any_so_the_delivered_ones_hold(self):
        assert wording.in_force()["put_right"] == PUT_RIGHT.words

    def test_the_newest_version_is_in_force_and_the_older_ones_are_kept(self, ines):
        save(ines)
        save(ines, version=1, subject="Another word about [order]")

        assert wording.in_force()["put_right"] == Words("Another word about [order]", OURS["body"])
        assert wording.in_force()["locker_changed"] == LOCKER_CHANGED.words
        assert list(MessageTemplate.objects.order_by("version").values_list("version", "subject")) == [
            (1, OURS["subject"]),
            (2, "Another word about [order]"),
        ]

    def test_it_stands_in_the_audit_log_with_what_changed(self, ines):
        save(ines, subject=PUT_RIGHT.words.subject)

        entry = AuditEntry.objects.get(verb="words of a message saved")
        assert (entry.actor_label, entry.before, entry.after) == ("ines", {"version": 0}, {"version": 1, "changed": ["body"]})

    def test_who_was_second_is_told_and_nothing_is_written(self, ines):
        save(ines)

        with pytest.raises(Refused, match="A colleague saved other words"):
            save(ines, version=0, subject="Mine about [order]")

        assert MessageTemplate.objects.count() == 1

    def test_the_same_words_are_no_version(self, ines):
        with pytest.raises(Refused, match="in force already"):
            save(ines, **PUT_RIGHT.words._asdict())

        assert not MessageTemplate.objects.exists()

    def test_the_database_takes_a_version_once(self, ines):
        save(ines)

        with pytest.raises(IntegrityError), transaction.atomic():
            MessageTemplate.objects.create(name="put_right", version=1, subject="x", body="[link]", by=ines, at=NOON)


class TestDrafts:
    def test_what_is_drafted_next_uses_the_words_and_keeps_the_place_of_the_link(self, ines):
        make_shopfloor()
        save(ines)

        order = without_mobile()
        ask_customer(order, actor="agent", at=timezone.now())

        message = CustomerMessage.objects.get(order=order)
        assert message.subject == f"A word about {order.number}"
        assert message.body == "Dear customer,\n\nplease tell us a UK mobile number: [link]\n"

    def test_a_draft_that_stands_keeps_its_words_and_may_still_be_sent(self, ines):
        make_shopfloor()
        order = without_mobile()
        ask_customer(order, actor="agent", at=timezone.now())
        message = CustomerMessage.objects.get(order=order)

        save(ines)

        assert messages.why_not_true(message, order, messages.read_world([order], at=timezone.now())) == ""
        message.refresh_from_db()
        assert message.subject != f"A word about {order.number}"


class TestPages:
    def test_the_list_says_whose_words_each_message_has(self, ines):
        save(ines)

        html = text(signed_in(ines).get("/settings/messages/"))

        assert "A word about [order]" in html
        assert "<bdi>Ines Doe</bdi>" in html
        assert html.count("As delivered") == 3

    def test_from_the_preview_to_the_version_in_force(self, ines):
        client = signed_in(ines)

        tried = client.post(f"{PAGE}save/", OURS | {"version": "0", "do": "preview"})
        assert "Nothing is saved yet." in text(tried)
        assert "A word about LS-10482" in text(tried)
        assert not MessageTemplate.objects.exists()

        saved = client.post(f"{PAGE}save/", OURS | {"version": "0", "do": "save"}, follow=True)
        assert "Saved as version 1." in text(saved)
        assert "A word about LS-10482" in text(saved)

    def test_an_unknown_placeholder_is_named_and_nothing_typed_is_lost(self, ines):
        answer = signed_in(ines).post(f"{PAGE}save/", {"subject": "Hello [name]", "body": "[link] mine", "version": "0"})

        assert answer.status_code == 422
        assert "[name] is no placeholder of this message." in text(answer)
        assert 'value="Hello [name]"' in text(answer)
        assert "[link] mine</textarea>" in text(answer)

    @pytest.mark.parametrize("do", ["save", "preview"])
    def test_a_text_without_the_link_is_refused(self, ines, do):
        answer = signed_in(ines).post(f"{PAGE}save/", {"subject": "Hello", "body": "Ring us.", "version": "0", "do": do})

        assert answer.status_code == 422
        assert "The text leaves out [link]" in text(answer)

    def test_the_second_of_two_sees_both_and_can_save_theirs_after_all(self, ines):
        client = signed_in(make_person("otto", "integration"))
        save(ines, subject="Of Ines about [order]")
        mine = OURS | {"subject": "Of Otto about [order]"}

        refused = client.post(f"{PAGE}save/", mine | {"version": "0"})
        assert refused.status_code == 409
        assert 'value="Of Otto about [order]"' in text(refused)
        assert "Of Ines about LS-10482" in text(refused)
        assert 'name="version" value="1"' in text(refused)

        again = client.post(f"{PAGE}save/", mine | {"version": "1"}, follow=True)
        assert "Saved as version 2." in text(again)

    def test_an_older_version_goes_into_the_form_and_nothing_is_saved_by_that(self, ines):
        save(ines)

        answer = signed_in(ines).get(f"{PAGE}?version=0")

        assert f'value="{PUT_RIGHT.words.subject}"' in text(answer)
        assert MessageTemplate.objects.count() == 1

    def test_markup_in_the_words_is_shown_and_never_run(self, ines):
        save(ines, body="<script>alert(1)</script> [link]")

        assert "<script>alert(1)" not in signed_in(ines).get(PAGE).content.decode()

    @pytest.mark.parametrize("address", ["/settings/messages/nosuch/", f"{PAGE}?version=7", f"{PAGE}?version=x"])
    def test_what_is_not_there_is_not_found(self, ines, address):
        assert signed_in(ines).get(address).status_code == 404

    @pytest.mark.parametrize("sent", [{}, {"version": "x"}, {"version": "9" * 40}, {"subject": "\x01", "body": "[link]", "version": "0"}])
    def test_whatever_is_sent_gets_an_answer(self, ines, sent):
        assert signed_in(ines).post(f"{PAGE}save/", sent).status_code in (409, 422)

    def test_a_viewer_reads_the_words_and_is_offered_no_form(self):
        html = text(signed_in(make_person("tom", "viewer")).get(PAGE))

        assert "How the words in force read" in html
        assert "Save the words" not in html

    def test_versions_are_paged_and_the_delivered_words_come_last(self, ines):
        versions(30, ines, "put_right")
        client = signed_in(ines)

        first, last = text(client.get(PAGE)), text(client.get(f"{PAGE}?page=2"))

        assert ("Version 30</strong>" in first, "as delivered" in first, "?page=2" in first) == (True, False, True)
        assert ("Version 1</strong>" in last, "as delivered" in last, "?page=3" in last) == (True, True, False)

    @pytest.mark.parametrize("rows", [3, 30])
    def test_the_pages_take_the_same_statements_whatever_was_saved(self, ines, django_assert_num_queries, rows):
        versions(rows, ines, "put_right", "locker_changed")
        client = signed_in(ines)
        client.get("/settings/messages/")

        with django_assert_num_queries(LIST):
            client.get("/settings/messages/")
        with django_assert_num_queries(ONE):
            client.get(PAGE)
