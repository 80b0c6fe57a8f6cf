"""The border: what partners send becomes what both databases keep alike, or a reason."""

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.errors import RecordError
from partners.models import Intent
from partners.values import (
    MOST_INTEGER,
    clean_text,
    date_at,
    flag_at,
    identifier,
    identifier_at,
    instant_at,
    pence_at,
    text_at,
    whole_at,
)

HUGE = pytest.param(10**5_000, id="5001 digits")
NOW = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
# Any text at all, lone surrogates and control characters included, with a taste for what hurts.
NASTY = st.text(
    st.one_of(st.characters(exclude_categories=[]), st.sampled_from("\x00\x1f\x85\r\n\t\u202e\u200b\u200d\ud800\udfffe\u0301'=<"))
)

# Shapes that were tried on both databases, which took different ones of them as they were.
CORPUS = {
    "NUL": ("a\x00b", "ab"),
    "lone surrogate": ("a\ud800b", "a\ufffdb"),
    "other control characters": ("a\x01\x1b\x7f\x9fb", "ab"),
    "line ends": ("a\r\nb\rc\td", "a\nb\nc\td"),
    "emoji": ("Zoë 👩‍👧", "Zoë 👩‍👧"),
    "accent in two parts": ("Zoe\u0308", "Zoë"),
    "right to left override": ("\u202eadA", "\u202eadA"),
    "spreadsheet formula": ('=HYPERLINK("http://x")', '=HYPERLINK("http://x")'),
    "markup": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "spaces around": ("  a b \n", "a b"),
    "nothing": ("", ""),
}


class TestText:
    @pytest.mark.parametrize(("raw", "kept"), CORPUS.values(), ids=CORPUS)
    def test_is_cleaned(self, raw, kept):
        assert clean_text(raw) == (kept, False)

    @pytest.mark.django_db
    @pytest.mark.parametrize("raw", [raw for raw, _ in CORPUS.values()], ids=CORPUS)
    def test_is_kept_by_the_database_as_it_is(self, raw):
        text = clean_text(raw).text
        kept = Intent.objects.create(
            kind="x", business_id="1", op_key="k", payload={text: text}, next_at=NOW, created_by="x", created_at=NOW, error=text
        )
        kept.refresh_from_db()

        assert (kept.error, kept.payload) == (text, {text: text})

    @given(NASTY, st.integers(min_value=1, max_value=40))
    def test_is_always_fit_to_store_and_stays_so(self, raw, limit):
        text = clean_text(raw, limit=limit).text

        assert len(text) <= limit
        assert text.encode() is not None
        assert not [c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t"]
        assert clean_text(text, limit=limit) == (text, False)

    def test_says_when_it_was_cut(self):
        assert clean_text("x" * 501) == ("x" * 500, True)
        assert clean_text("x" * 500) == ("x" * 500, False)
        assert clean_text("x" * 10_000_000, limit=5_000) == ("x" * 5_000, True)

    @pytest.mark.parametrize(("raw", "text"), [(None, ""), ("a ", "a"), (7, "7"), (1.5, "1.5")])
    def test_may_come_as_a_number(self, raw, text):
        assert text_at(raw, "$.x") == text

    @pytest.mark.parametrize("raw", [True, [], {}, b"a", HUGE, -(2**63)])
    def test_may_not_come_as_anything_else(self, raw):
        with pytest.raises(RecordError) as error:
            text_at(raw, "$.x")
        assert error.value.path == "$.x"


class TestIdentifiers:
    @pytest.mark.parametrize(
        ("raw", "seen"),
        [("LS-10001", "LS-10001"), ("\u202eLS\u200b-1\ufeff", "LS-1"), (" a\n b ", "a b"), ("e\u200d\u0301", "é"), ("\u2066\u2069", "")],
    )
    def test_hold_only_what_can_be_seen(self, raw, seen):
        assert identifier(raw) == seen

    @given(NASTY)
    def test_are_one_line_and_stay_so(self, raw):
        once = identifier(raw)

        assert identifier(once) == once
        assert not set(once) & set("\n\t\u202e\u200b\ufeff")

    @pytest.mark.parametrize("raw", [None, "", "  ", "\u202e", "x" * 65, True, {}])
    def test_must_be_there_and_short(self, raw):
        with pytest.raises(RecordError):
            identifier_at(raw, "$.id")

    def test_of_the_greatest_length_are_taken(self):
        assert identifier_at("x" * 64, "$.id") == "x" * 64


class TestWholeNumbers:
    @pytest.mark.parametrize(("raw", "number"), [(0, 0), (7, 7), ("7", 7), (" 12 ", 12), (MOST_INTEGER, MOST_INTEGER)])
    def test_are_taken(self, raw, number):
        assert whole_at(raw, "$.n") == number

    @pytest.mark.parametrize("raw", [True, False, None, 1.0, 1.9, "1.9", "", "--5", "1e3", "１２", "7_0", [], -1, "-1", 2**31, 2**63, HUGE])
    def test_are_refused_with_their_path(self, raw):
        with pytest.raises(RecordError, match=r"^\$\.lines\[0\]\.quantity: must be "):
            whole_at(raw, "$.lines[0].quantity")

    @given(st.integers())
    def test_fit_the_column_or_are_refused(self, number):
        try:
            assert 0 <= whole_at(number, "$.n") <= MOST_INTEGER
        except RecordError:
            assert not 0 <= number <= MOST_INTEGER


class TestMoney:
    @pytest.mark.parametrize(
        ("raw", "pence"),
        [("84.00", 8400), ("84", 8400), (84, 8400), (84.5, 8450), ("0.005", 1), ("10.005", 1001), ("10.004999", 1000), ("0", 0), ("-0", 0)],
    )
    def test_is_pence_rounded_half_up(self, raw, pence):
        assert pence_at(raw, "$.total") == pence

    @pytest.mark.parametrize(
        "raw",
        ["NaN", "Infinity", "1e15", "1E2", "84,00", "£84", "", None, True, [], "1" * 13, HUGE, float("nan"), float("inf"), "٨"],
    )
    def test_is_refused(self, raw):
        with pytest.raises(RecordError, match=r"^\$\.total: "):
            pence_at(raw, "$.total")

    def test_may_be_negative_where_that_makes_sense(self):
        assert pence_at("-1.005", "$.x", least=-1000) == -101

    @given(st.decimals(min_value=0, max_value=10**11, places=2))
    def test_of_two_places_is_exact(self, amount: Decimal):
        assert pence_at(str(amount), "$.total") == int(amount * 100)


class TestInstants:
    @pytest.mark.parametrize(
        ("raw", "instant"),
        [
            ("2026-06-09T11:00:00Z", NOW),
            ("2026-06-09T12:00:00+01:00", NOW),
            (" 2026-06-09T11:00:00Z ", NOW),
            ("2026-06-09T11:00:00.123456789Z", NOW.replace(microsecond=123456)),
            ("20260609T110000Z", NOW),
        ],
    )
    def test_are_utc_in_microseconds(self, raw, instant):
        assert instant_at(raw, "$.at", now=NOW) == instant
        assert instant_at(raw, "$.at", now=NOW).tzinfo is UTC

    @pytest.mark.parametrize(
        "raw",
        [
            "2026-06-09T11:00:00",
            "2026-06-09",
            "2026-13-09T11:00:00Z",
            "1999-06-09T11:00:00Z",
            "2037-06-09T11:00:00Z",
            "9999-12-31T23:59:59-12:00",
            "0001-01-01T00:00:00+12:00",
            "",
            None,
            1780000000,
            "2026-06-09T11:00:00Z" * 1000,
        ],
    )
    def test_are_refused_without_zone_or_far_away(self, raw):
        with pytest.raises(RecordError):
            instant_at(raw, "$.at", now=NOW)

    @given(st.timedeltas(timedelta(days=-3650), timedelta(days=3650)), st.integers(min_value=-14 * 60, max_value=14 * 60))
    def test_keep_their_moment(self, away, minutes):
        instant = (NOW + away).astimezone(timezone(timedelta(minutes=minutes)))
        assert instant_at(instant.isoformat(), "$.at", now=NOW) == instant


class TestDates:
    @pytest.mark.parametrize(
        ("raw", "day"),
        [
            ("2026-11-24", date(2026, 11, 24)),
            ("2026-11-24T00:00:00Z", date(2026, 11, 24)),
            ("", None),
            (None, None),
            ("2126-11-24", date(2126, 11, 24)),
        ],
    )
    def test_are_taken(self, raw, day):
        assert date_at(raw, "$.on") == day

    @pytest.mark.parametrize("raw", ["24/11/2026", "2026-11-31", "2026-11-24 or so", 20261124, True, [], "x" * 100])
    def test_are_refused(self, raw):
        with pytest.raises(RecordError, match="must be a date"):
            date_at(raw, "$.on")


class TestFlags:
    @pytest.mark.parametrize(("raw", "flag"), [(True, True), ("true", True), (False, False), ("False", False), (None, False), ("", False)])
    def test_are_yes_or_no(self, raw, flag):
        assert flag_at(raw, "$.hire") is flag

    @pytest.mark.parametrize("raw", [1, 0, "yes", "1", [], {}, 1.0])
    def test_are_never_guessed(self, raw):
        with pytest.raises(RecordError, match="must be true or false"):
            flag_at(raw, "$.hire")
