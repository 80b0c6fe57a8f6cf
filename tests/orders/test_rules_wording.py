"""The words of messages: what cannot be used is refused with a sentence, what is filled in is filled in once."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.models import CustomerMessage
from orders.rules import letters
from orders.rules.customer_links import Wants
from orders.rules.templates import ANOTHER_GARMENT, LOCKER_CHANGED, PUT_RIGHT, TEMPLATES
from orders.rules.wording import LONGEST_SUBJECT, LONGEST_TEXT, BadWords, Words, fill, judge, named_in

NOON = datetime(2026, 6, 9, 12, tzinfo=UTC)
GOOD = Words("About [order]", "Please go here:\n[link]\n")
each_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.name)


def test_every_occasion_has_its_words():
    assert set(TEMPLATES) == set(CustomerMessage.Occasion.values)


@each_template
def test_the_delivered_words_can_be_used_as_they_are(template):
    assert judge(template, **template.words._asdict()) == template.words


@each_template
def test_the_preview_fills_in_every_placeholder(template):
    every = Words(
        " ".join(each.shown for each in template.placeholders if each.in_subject),
        "\n".join(each.shown for each in template.placeholders) + "\n",
    )

    shown = letters.preview(template.name, every, link="https://desk.example/c/x/")

    assert named_in(shown.subject) + named_in(shown.body) == []
    assert "\n" not in shown.subject


def test_the_delivered_words_say_to_the_customer_what_they_always_said():
    letter = letters.put_right("LS-1", Wants(True, True), "[link]", NOON, "Tilly & Co", "landline")

    assert letter.subject == "Your order LS-1: please tell us a UK mobile number and choose another locker"
    assert letter.body == (
        "Hello,\n\n"
        "Your order LS-1 cannot be sent yet. InPost texts the code that opens your locker, and the number we have is a landline. "
        "The InPost locker you chose cannot take your parcel.\n\n"
        "Please tell us a UK mobile number and choose another locker here:\n\n[link]\n\n"
        "It takes a minute, needs no password, and works until 12:00 on Tuesday 9 June. The link is yours alone: do not pass it on.\n\n"
        "If you did not order this, or anything is unclear, please answer this e-mail.\n\nTilly & Co\n"
    )


def test_where_the_shop_has_no_name_its_line_goes():
    letter = letters.put_right("LS-1", Wants(True, False), "[link]", NOON, "", "")

    assert letter.body.endswith("please answer this e-mail.\n")


@pytest.mark.parametrize(
    ("subject", "body", "field", "sentence"),
    [
        ("", GOOD.body, "subject", "Write a subject"),
        (" \n", GOOD.body, "subject", "Write a subject"),
        (GOOD.subject, " \n ", "body", "Write a text"),
        (GOOD.subject, "Please ring us.", "body", "The text leaves out [link]: the customer's own link"),
        (GOOD.subject, "[link] [voucher]", "body", "[voucher] is no placeholder of this message. Here can stand: [order], [reason],"),
        (GOOD.subject, "[link] [Link]", "body", "[Link] is no placeholder"),
        (GOOD.subject, "[link] []", "body", "[] is no placeholder"),
        ("[name]", GOOD.body, "subject", "[name] is no placeholder of this message. Here can stand: [order], [request], [until]."),
        ("[link]", GOOD.body, "subject", "[link] does not fit into a subject"),
        ("x" * (LONGEST_SUBJECT + 1), GOOD.body, "subject", "The subject has 101 characters. Use 100 at most."),
        (GOOD.subject, "[link]" + "x" * LONGEST_TEXT, "body", "Use 3,000 at most."),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(subject, body, field, sentence):
    with pytest.raises(BadWords) as refusal:
        judge(PUT_RIGHT, subject=subject, body=body)

    assert sentence in str(refusal.value)
    assert refusal.value.field == field


def test_a_message_about_a_locker_must_name_it():
    with pytest.raises(BadWords, match=r"leaves out \[locker\]"):
        judge(LOCKER_CHANGED, subject="Elsewhere", body="It goes elsewhere.")


def test_what_a_browser_adds_is_tidied():
    assert judge(PUT_RIGHT, subject="  About\t[order] ", body="\r\nGo:\r\n[link]\r\n\r\n") == Words("About [order]", "Go:\n[link]\n")


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_in_a_fact_is_taken_for_a_placeholder(garments, offers):
    filled = fill(Words("[order]", "A [garments] B [offers] C\n"), {"order": "LS-1", "garments": garments, "offers": offers})

    assert filled.body == f"A {garments} B {offers} C\n"


@given(st.text(max_size=400), st.text(max_size=400))
def test_whatever_is_typed_is_either_refused_or_can_be_filled_in(subject, body):
    try:
        words = judge(ANOTHER_GARMENT, subject=subject, body=body + "[offers]")
    except BadWords:
        return

    letter = letters.preview(ANOTHER_GARMENT.name, words, link="")
    assert len(letter.subject) <= 150
    assert "the midi dress in blue" in letter.body
