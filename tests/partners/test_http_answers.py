"""What may be read out of an answer, and what a refusal may say."""

from datetime import UTC, datetime

import pytest

from partners.errors import Unreadable
from partners.http.answers import Answer, retry_after_s
from partners.http.refusals import fields_of, reason_of, without_personal_data

NOW = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)


def answer(body: bytes, kind: str = "application/json", status: int = 200) -> Answer:
    return Answer("acs", status, {"content-type": kind}, body, "id-1")


class TestJson:
    @pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "application/problem+json", "text/plain", ""])
    def test_is_read_whatever_kind_of_json_it_calls_itself(self, kind):
        assert answer('{"name": "Zoë"}'.encode(), kind).json() == {"name": "Zoë"}

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (b"", "not whole JSON"),
            (b'{"a": 1', "not whole JSON"),
            (b'{"a": NaN}', "NaN"),
            (b'{"a": -Infinity}', "Infinity"),
            (b'{"a": 1e999}', "beyond all bounds"),
            (b'{"a": 1, "a": 2}', "twice"),
            (b'{"a": {"b": 1, "b": 1}}', "twice"),
            ("{'a': 'é'}".encode("latin-1"), "not UTF-8"),
            (b"\xef\xbb\xbf{}", "not whole JSON"),
            (b"[" * 100_000, "nested too deeply"),
            (b"1" * 5_000, "digits"),
        ],
    )
    def test_is_refused_with_the_reason(self, body, why):
        with pytest.raises(Unreadable, match=why) as caught:
            answer(body).json()
        assert caught.value.request_id == "id-1"

    def test_a_page_is_not_json(self):
        with pytest.raises(Unreadable, match="text/html"):
            answer(b"{}", "text/html").json()


def test_text_is_fit_to_store():
    assert answer(b"Acc\x00epted\r\n\xff", "text/plain").text() == "Accepted\n\ufffd"


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ("0", 1),
            ("17", 17),
            ("7200", 3600),
            ("9" * 5_000, 3600),
            ("Tue, 09 Jun 2026 11:02:00 GMT", 120),
            ("Tue, 09 Jun 2026 11:02:00", 120),
            ("Wed, 01 Jan 2037 00:00:00 GMT", 3600),
            ("Tue, 09 Jun 2026 10:00:00 GMT", 60),
            ("soon", 60),
            ("-5", 60),
            ("1.5", 60),
            ("", 60),
            ("Tue, 99 Jun 99999 11:02:00 GMT", 60),
        ],
    )
    def test_is_parsed_by_us(self, header, seconds):
        assert retry_after_s({"retry-after": header}, now=NOW) == seconds


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            (
                b'{"errors": {"parcels[0].weight": ["too_big"], "recipient.phone": ["invalid", "required"]}}',
                ["parcels[0].weight", "recipient.phone"],
            ),
            (b'{"details": {"receiver": {"phone": ["required"]}}}', ["receiver.phone"]),
            (b'{"details": [{"receiver": {"phone": "required"}}]}', ["receiver.phone"]),
            (b'{"errors": null}', []),
            (b'["errors"]', []),
            (b"not json", []),
        ],
    )
    def test_name_fields_in_every_known_shape(self, body, fields):
        assert sorted(fields_of(answer(body, status=422))) == fields

    @pytest.mark.parametrize(
        ("body", "kind", "sentence"),
        [
            (b"SKU not known: DRS-0012-10", "text/plain", "SKU not known: DRS-0012-10"),
            (b'{"title": "Bad Request", "detail": "No such point"}', "application/json", "No such point"),
            (b'{"error": "invalid_scope"}', "application/json", "invalid_scope"),
            (b'{"errors": {"a": ["required"]}}', "application/json", "It refuses a: required."),
            (b"<html><h1>Bad gateway", "text/html", "It refused (400) without saying why."),
            (b"<html><h1>Bad gateway", "text/plain", "It refused (400) without saying why."),
            (b"{}", "application/json", "It refused (400) without saying why."),
            (b"", "", "It refused (400) without saying why."),
        ],
    )
    def test_are_one_sentence(self, body, kind, sentence):
        assert reason_of(answer(body, kind, 400)) == sentence

    def test_stay_small_however_much_is_said(self):
        said = answer(b'{"errors": {%s}}' % b",".join(b'"f%d": ["%s"]' % (n, b"x" * 500) for n in range(500)), status=422)

        assert len(fields_of(said)) == 20
        assert len(reason_of(said)) <= 200

    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("Phone 07700 900123 is wrong", "Phone … is wrong"),
            ("+44 (0)7700-900123 refused", "… refused"),
            ("447700900123 refused", "… refused"),
            ("mail ada.byron@example.com bounced", "mail … bounced"),
            ("SKU DRS-0012345678 unknown", "SKU DRS-0012345678 unknown"),
            ("SKU 5012345678900 unknown", "SKU 5012345678900 unknown"),
            ("two\nlines\x00 and \u202emore", "two lines and more"),
        ],
    )
    def test_do_not_repeat_numbers_and_addresses(self, said, kept):
        assert without_personal_data(said) == kept
