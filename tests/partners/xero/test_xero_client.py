"""Xero's own dialect: tokens, refusals inside a 200, limits by headers, money without floats, answers that are lost."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.errors import Denied, PeriodClosed, Rejected, Throttled, UnknownOutcome, Unreachable, Unreadable
from partners.ledger import DocStatus, LedgerLine, key_in
from partners.xero.bodies import amount
from partners.xero.records import day_of, pence_of
from tests.partners.ledger.test_ledger_contract import CREDIT, JOURNAL, KEY
from tests.partners.xero.fake_xero import JSON, FakeXero, xero_of


def ok(**more: object) -> tuple[int, dict[str, str], bytes]:
    return 200, JSON, json.dumps(more).encode()


class TestToken:
    def test_one_token_serves_many_calls_and_is_renewed_before_it_ends(self):
        fake, now = FakeXero(), [0.0]
        xero = xero_of(fake, monotonic=lambda: now[0])
        xero.books()
        xero.accounts()
        before = fake.tokens
        now[0] = 1800.0 - 59.0
        xero.books()

        assert (before, fake.tokens) == (1, 2)

    def test_a_token_withdrawn_early_is_renewed_once_also_for_a_write(self):
        fake = FakeXero()
        xero = xero_of(fake)
        xero.books()
        fake.tokens = 7
        xero.draft(JOURNAL, idempotency_key="one")

        assert (fake.tokens, len(fake.journals)) == (8, 1)

    def test_a_scope_that_is_lacking_is_named(self):
        with pytest.raises(Denied) as denied:
            xero_of(FakeXero(scopes="accounting.settings.read")).check()

        assert "accounting.manualjournals" in denied.value.sentence


class TestWriting:
    def test_a_draft_goes_with_its_key_in_narration_address_and_header(self):
        fake = FakeXero()
        xero_of(fake).draft(JOURNAL, idempotency_key="k" * 200)

        asked, body = fake.web.asked[-1], fake.bodies[-1][2]["ManualJournals"][0]
        assert asked.headers["idempotency-key"] == "k" * 128
        assert body["Narration"].endswith(KEY)
        assert (body["Status"], body["Date"], body["LineAmountTypes"]) == ("DRAFT", "2026-06-09", "NoTax")
        assert body["Url"] == JOURNAL.link
        assert b'"LineAmount":42.05' in asked.body
        assert b'"LineAmount":-42.05' in asked.body

    def test_an_address_that_is_none_is_left_out(self):
        fake = FakeXero()
        xero_of(fake).draft(replace(JOURNAL, link=""), idempotency_key="one")

        assert "Url" not in fake.bodies[-1][2]["ManualJournals"][0]

    def test_posting_says_nothing_but_the_status(self):
        fake = FakeXero()
        xero = xero_of(fake)
        xero.post(xero.draft(JOURNAL, idempotency_key="one").external_id)

        assert set(fake.bodies[-1][2]["ManualJournals"][0]) == {"ManualJournalID", "Narration", "Status"}
        assert fake.asked[-2:] == ["PUT /api/ManualJournals", "POST /api/ManualJournals/00000001-0000-4000-8000-000000000000"]

    def test_a_validation_error_inside_a_200_is_a_refusal(self):
        fake = FakeXero()
        told = {"ManualJournals": [{"ValidationErrors": [{"Message": "The total debits (1.00) must equal total credits (-10.00)"}]}]}
        fake.fail("PUT", ok(**told), when="before")

        with pytest.raises(Rejected) as refusal:
            xero_of(fake).draft(JOURNAL, idempotency_key="one")

        assert "must equal" in refusal.value.sentence

    def test_an_element_marked_as_wrong_is_a_refusal_without_words_too(self):
        fake = FakeXero()
        fake.fail("PUT", ok(ManualJournals=[{"StatusAttributeString": "ERROR"}]), when="before")

        with pytest.raises(Rejected):
            xero_of(fake).draft(JOURNAL, idempotency_key="one")

    def test_the_lock_date_of_a_refusal_is_read(self):
        fake = FakeXero()
        fake.fail(
            "PUT",
            fake.refused("The document date cannot be before the end of year lock date, currently set at 31-Jul-2013"),
            when="before",
        )

        with pytest.raises(PeriodClosed) as closed:
            xero_of(fake).draft(JOURNAL, idempotency_key="one")

        assert closed.value.locked_to == date(2013, 7, 31)

    def test_a_400_without_a_known_shape_is_a_refusal_all_the_same(self):
        fake = FakeXero()
        fake.fail("PUT", (400, JSON, b"{}"), when="before")

        with pytest.raises(Rejected) as refusal:
            xero_of(fake).draft(JOURNAL, idempotency_key="one")

        assert refusal.value.sentence

    @pytest.mark.parametrize(
        "lost",
        [
            httpx.ReadTimeout("slow"),
            httpx.ReadError("broken"),
            (500, JSON, b"{}"),
            (200, JSON, b"{"),
            (200, JSON, b'{"ManualJournals":[]}'),
            (200, {"Content-Type": "text/html"}, b"<p>hello</p>"),
            (200, JSON, b'{"ManualJournals":[{"ManualJournalID":"1","Status":"DRAFT","Date":"yesterday"}]}'),
        ],
        ids=["time-out", "cut", "fault", "torn", "empty", "page", "odd"],
    )
    def test_an_answer_that_is_lost_or_odd_leaves_the_outcome_unknown(self, lost):
        fake = FakeXero()
        fake.fail("PUT", lost)

        with pytest.raises(UnknownOutcome):
            xero_of(fake).draft(JOURNAL, idempotency_key="one")

        assert len(fake.journals) == 1

    def test_a_draft_whose_account_xero_took_away_with_a_mere_warning_is_dropped_and_refused(self):
        fake = FakeXero()
        create = fake._create

        def warn(said):
            status, headers, body = create(said)
            told = json.loads(body)
            del told["ManualJournals"][0]["JournalLines"][1]["AccountCode"]
            told["ManualJournals"][0]["Warnings"] = [{"Message": "Account code '310' has been removed as it does not match an account."}]
            return status, headers, json.dumps(told).encode()

        fake._create = warn
        with pytest.raises(Rejected) as refusal:
            xero_of(fake).draft(JOURNAL, idempotency_key="one")

        assert ("has been removed" in refusal.value.sentence, list(refusal.value.fields)) == (True, ["account"])
        assert [journal["Status"] for journal in fake.journals.values()] == ["DELETED"]


class TestReading:
    def test_without_the_filter_all_that_has_changed_since_is_looked_through(self):
        fake = FakeXero(filters=False)
        xero = xero_of(fake)
        made = [xero.draft(replace(JOURNAL, narration=f"n {key}", key=key), idempotency_key=key) for key in keys(250)]

        found = xero.find("ber:BER-240:1", narration="n ber:BER-240:1", since=made[100].changed_at)

        assert [doc.external_id for doc in found] == [made[240].external_id]
        assert next(asked.query for asked in fake.web.asked if "page=1" in asked.query).startswith("where=")
        assert fake.web.asked[-1].headers["if-modified-since"] == f"{made[100].changed_at:%Y-%m-%dT%H:%M:%S}"

    def test_a_list_without_lines_is_read_one_by_one_where_it_matters(self):
        fake = FakeXero(lists_lines=False)
        xero = xero_of(fake)
        xero.draft(JOURNAL, idempotency_key="one")
        xero.draft(replace(JOURNAL, narration="Somebody's"), idempotency_key="two")

        [page] = xero.journals(changed_since=None)

        assert [len(doc.lines) for doc in page] == [2, 0]
        assert len(xero.find(KEY)[0].lines) == 2

    def test_the_same_page_again_and_again_is_not_read_for_ever(self):
        fake = FakeXero()
        xero = xero_of(fake)
        page = [{"ManualJournalID": str(n), "Status": "DRAFT", "Date": "/Date(0)/"} for n in range(100)]
        fake.fail("GET", ok(ManualJournals=page), when="before")
        fake.fail("GET", ok(ManualJournals=page), when="before")

        with pytest.raises(Unreadable):
            list(xero.journals(changed_since=None))

    def test_an_archived_account_says_so(self):
        archived = next(account for account in xero_of(FakeXero()).accounts() if account.code == "499")

        assert archived.why_not == "It is archived in Xero."

    def test_an_archived_journal_is_neither_draft_nor_posted_nor_void(self):
        fake = FakeXero()
        xero = xero_of(fake)
        made = xero.draft(JOURNAL, idempotency_key="one")
        fake.journals[made.external_id]["Status"] = "ARCHIVED"

        shown = xero.document(made.external_id)

        assert (shown.status, shown.raw_status) == (DocStatus.OTHER, "ARCHIVED")

    @pytest.mark.parametrize("shown", ["0.005", "1e30", "NaN"])
    def test_a_fraction_of_a_penny_is_not_read(self, shown):
        fake = FakeXero()
        xero = xero_of(fake)
        made = xero.draft(JOURNAL, idempotency_key="one")
        body = json.dumps({"ManualJournals": [fake.journals[made.external_id]]}).replace("42.05", shown)
        fake.fail("GET", (200, JSON, body.encode()), when="before")

        with pytest.raises(Unreadable):
            xero.document(made.external_id)


class TestLimits:
    def test_a_429_says_when_to_ask_again(self):
        fake = FakeXero()
        fake.fail("GET", (429, {"Retry-After": "17", "X-Rate-Limit-Problem": "Minute"}, b""), when="before")

        with pytest.raises(Throttled) as throttled:
            xero_of(fake).books()

        assert throttled.value.retry_after_s == 17

    def test_what_would_be_one_call_too_many_is_not_made(self):
        fake, now = FakeXero(headers={"X-MinLimit-Remaining": "0", "X-DayLimit-Remaining": "4000"}), [0.0]
        xero = xero_of(fake, monotonic=lambda: now[0])
        xero.books()
        asked = len(fake.asked)

        with pytest.raises(Throttled):
            xero.books()
        now[0] = 61.0
        xero.books()

        assert len(fake.asked) == asked + 1

    def test_a_server_that_is_down_before_anything_was_sent_is_unreachable(self):
        fake = FakeXero()
        fake.fail("PUT", httpx.ConnectError("no"), when="before")

        with pytest.raises(Unreachable):
            xero_of(fake).draft(JOURNAL, idempotency_key="one")


class TestCredit:
    def test_what_xero_does_not_set_against_an_invoice_stays_left(self):
        made = xero_of(FakeXero()).credit(replace(CREDIT, invoice="00000000-0000-0000-0000-000000000001"), idempotency_key="one")

        assert (made.amount_pence, made.left_pence) == (2999, 2999)


@given(st.integers(-(10**13), 10**13))
def test_pence_go_out_and_come_back_exactly(pence: int):
    raw = bytes(msgspec.json.encode(amount(pence)))

    assert pence_of(msgspec.json.decode(raw, type=Decimal)) == pence


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("/Date(1552521600000+0000)/", date(2019, 3, 14)),
        ("/Date(-86400000)/", date(1969, 12, 31)),
        ("2026-06-09T00:00:00", date(2026, 6, 9)),
    ],
)
def test_days_are_read_as_xero_writes_them(text: str, day: date):
    assert day_of(text) == day


@pytest.mark.parametrize("text", ["/Date(999999999999999)/", "soon", "", "/Date(x)/"])
def test_what_is_no_day_is_unreadable(text: str):
    with pytest.raises(Unreadable):
        day_of(text)


@pytest.mark.parametrize(
    ("narration", "key"),
    [
        (f"Stock written off {KEY}", KEY),
        (f"Stock [{KEY}] seen by the accountant at 10:15", KEY),
        ("ber:A:1 moved to ber:A:2", "ber:A:2"),
        ("see https://desk.example.com:1 at 10:20:30", ""),
        ("", ""),
    ],
)
def test_our_key_is_found_wherever_it_stands(narration: str, key: str):
    assert key_in(narration) == key


def keys(count: int) -> list[str]:
    return [f"ber:BER-{n}:1" for n in range(count)]


def test_lines_of_nought_are_no_lines():
    fake = FakeXero()
    xero = xero_of(fake)
    made = xero.draft(replace(JOURNAL, lines=(*JOURNAL.lines, LedgerLine("310", 0))), idempotency_key="one")
    fake.journals[made.external_id]["JournalLines"].append({"IsBlank": True})

    assert len(xero.document(made.external_id).lines) == 3
