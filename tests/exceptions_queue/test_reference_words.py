"""The house's own words on the reference, written by one admin at a time, and whether a page was enough for its readers."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from exceptions_queue.actions import reference as acts
from exceptions_queue.models import AuditEntry, ReferenceFeedback, ReferenceNote
from exceptions_queue.queries import reference
from tests.exceptions_queue.builders import make_user

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
PAGE = "/reference/val-name/"
WORDS = f"{PAGE}words/"
CODE = "VAL-NAME"


@pytest.fixture(autouse=True)
def noon_in_june():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def ida() -> User:
    return make_user("ida", "view_exceptioncase", "add_referencenote", role="integration")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def reader(*more: str, name: str = "priya") -> Client:
    return signed_in(make_user(name, "view_exceptioncase", "add_referencefeedback", *more))


def told(answer) -> str:
    return re.sub("</?bdi>", "", unescape(answer.content.decode()))


def write(by: User, text: str, seen: int = 0) -> ReferenceNote | None:
    return acts.write_words(CODE, text, seen=seen, actor=by, at=AT)


class TestWriting:
    def test_words_stand_on_the_page_in_paragraphs_and_in_the_handbook(self, ida):
        client = signed_in(ida)

        answer = client.post(WORDS, {"seen": 0, "text": "Ask Zoë first.\r\n\r\nShe knows the Smiths.  "})

        assert answer["Location"] == PAGE
        for address in (PAGE, "/reference/handbook/"):
            assert "<p>Ask Zoë first.</p>\n\n<p>She knows the Smiths.</p>" in told(client.get(address))
        assert "Written by ida, today 12:00." in told(client.get(PAGE))
        assert "Own words" in told(client.get("/reference/"))

    def test_they_are_text_whatever_they_hold(self, ida):
        write(ida, "<script>alert(1)</script> <b>bold</b>")

        html = signed_in(ida).get(PAGE).content.decode()

        assert "<script>alert" not in html
        assert "&lt;b&gt;bold&lt;/b&gt;" in html

    def test_every_version_is_kept_and_the_latest_counts(self, ida):
        write(ida, "One")
        write(ida, "Two", seen=1)
        write(ida, "", seen=2)

        assert list(ReferenceNote.objects.order_by("version").values_list("version", "text")) == [(1, "One"), (2, "Two"), (3, "")]
        assert reference.all_latest(at=AT) == {}
        html = told(signed_in(ida).get(WORDS))
        assert [f"Version {n}, ida" in html for n in (1, 2, 3)] == [True, True, True]
        assert "In our house" not in told(signed_in(ida).get(PAGE))

    def test_the_same_words_make_no_version(self, ida):
        write(ida, "One")

        assert write(ida, "One\n", seen=1) is None
        assert ReferenceNote.objects.count() == 1

    def test_it_is_recorded_without_the_words(self, ida):
        write(ida, "Ring 07700 900123")

        entry = AuditEntry.objects.get(verb="reference words written")
        assert (entry.actor_label, entry.after) == ("ida", {"version": 1, "letters": 17})

    @pytest.mark.parametrize(
        "wrong", [{"text": "x" * 4001, "seen": 0}, {"text": "x", "seen": -1}, {"text": "x", "seen": "y"}, {"text": "x"}]
    )
    def test_what_cannot_be_is_refused_and_stays_in_the_form(self, ida, wrong):
        answer = signed_in(ida).post(WORDS, wrong)

        assert (answer.status_code, ReferenceNote.objects.count()) == (422, 0)
        assert f">\n{wrong['text']}</textarea>" in answer.content.decode()

    def test_only_who_may_write_sees_the_form(self, ida):
        client = reader()

        assert "words/" not in client.get(PAGE).content.decode()
        assert (client.get(WORDS).status_code, client.post(WORDS, {"seen": 0, "text": "x"}).status_code) == (403, 403)
        assert signed_in(ida).get("/reference/no-such-code/words/").status_code == 404


class TestTwoAtOnce:
    def test_the_second_sees_both_texts_and_loses_nothing(self, ida):
        omar = signed_in(make_user("omar", "view_exceptioncase", "add_referencenote", role="integration"))
        write(ida, "What Ida wrote")

        answer = omar.post(WORDS, {"seen": 0, "text": "What Omar wrote"})

        assert answer.status_code == 409
        html = told(answer)
        assert "ida saved version 1 today 12:00, while you wrote." in html
        assert "<p>What Ida wrote</p>" in html
        assert "What Omar wrote</textarea>" in html
        assert ReferenceNote.objects.get().text == "What Ida wrote"

    def test_having_seen_both_the_second_saves_after_the_first(self, ida):
        omar = signed_in(make_user("omar", "view_exceptioncase", "add_referencenote", role="integration"))
        write(ida, "What Ida wrote")
        html = omar.post(WORDS, {"seen": 0, "text": "What Omar wrote"}).content.decode()
        seen = re.search(r'name="seen" value="(\d+)"', html)[1]

        omar.post(WORDS, {"seen": seen, "text": "What both wrote"})

        assert reference.latest(CODE, at=AT).text == "What both wrote"
        assert ReferenceNote.objects.count() == 2

    def test_a_version_that_nobody_has_written_was_not_seen(self, ida):
        with pytest.raises(acts.SavedMeanwhile):
            write(ida, "One", seen=7)


class TestFinding:
    def test_words_are_found_with_what_stands_around_them(self, ida):
        long = "The Smiths order for their whole choir every spring, and their parcels go to the vestry of St Mary in one go."
        write(ida, f"Other things.\n{long}")

        found = reference.matching("VESTRY of", at=AT, most=8)

        assert [each.code for each in found] == [CODE]
        assert found[0].around.startswith("…")
        assert "vestry of St Mary" in found[0].around
        assert "Other things" not in found[0].around

    def test_older_words_are_not_found(self, ida):
        write(ida, "vestry")
        write(ida, "sacristy", seen=1)

        assert reference.matching("vestry", at=AT, most=8) == []

    def test_code_title_and_text_of_a_page_are_found(self):
        for typed in ("val-name", "first and a last name", "repeat the first name"):
            assert CODE in [each.code for each in reference.matching(typed, at=AT, most=8)], typed


class TestWasThisEnough:
    def test_an_answer_is_kept_and_a_later_one_of_the_day_takes_its_place(self):
        client = reader()

        client.post(f"{PAGE}enough/", {"enough": "no", "sentence": " And for double names? "})
        assert "Today you said no: “And for double names?”" in told(client.get(PAGE))
        client.post(f"{PAGE}enough/", {"enough": "yes"})

        row = ReferenceFeedback.objects.get()
        assert (row.code, row.user.username, row.enough, row.sentence) == (CODE, "priya", True, "")

    def test_another_day_and_another_person_are_answers_of_their_own(self):
        priya, ben = make_user("priya"), make_user("ben")
        for who, days in ((priya, 0), (priya, 1), (ben, 0)):
            acts.say_enough(CODE, enough=True, sentence="", actor=who, at=AT - timedelta(days=days))

        assert ReferenceFeedback.objects.count() == 3

    def test_admins_see_the_counts_and_the_sentences_without_names(self):
        for n in range(3):
            acts.say_enough(CODE, enough=n > 0, sentence="<b>Why?</b>" if n == 0 else "", actor=make_user(f"person{n}"), at=AT)
        acts.say_enough(CODE, enough=False, sentence="Old", actor=make_user("old"), at=AT - timedelta(days=31))
        client = reader("view_referencefeedback")

        html = client.get(PAGE).content.decode()

        assert "2 said it was enough, 1 that it was not." in html
        assert "&lt;b&gt;Why?&lt;/b&gt;" in html
        assert "person0" not in html
        assert "Old" not in html
        assert "2 yes, 1 no" in client.get("/reference/").content.decode()

    def test_readers_see_no_counts(self):
        client = reader()

        assert "What readers said" not in client.get(PAGE).content.decode()
        assert "Was it enough" not in client.get("/reference/").content.decode()

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({}, "Was this enough: choose yes or no."),
            ({"enough": "perhaps"}, "Was this enough: Select a valid choice."),
            ({"enough": "no", "sentence": "x" * 301}, "What was missing: Ensure this value has at most 300 characters"),
        ],
    )
    def test_what_cannot_be_kept_is_said_and_stays_in_the_form(self, wrong, said):
        answer = reader().post(f"{PAGE}enough/", wrong)

        assert (answer.status_code, ReferenceFeedback.objects.count()) == (422, 0)
        assert said in told(answer)
        assert wrong.get("sentence", "") in told(answer)

    def test_who_may_only_look_is_not_asked(self):
        client = signed_in(make_user("tom", "view_exceptioncase", role="viewer"))

        assert "Was this enough?" not in client.get(PAGE).content.decode()
        assert client.post(f"{PAGE}enough/", {"enough": "yes"}).status_code == 403
