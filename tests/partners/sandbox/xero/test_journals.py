"""Manual journals: made, found again, posted once, refused in Xero's words."""

import json

import pytest

from partners.sandbox.xero.shapes import ALLOCATION, INVOICE, ITEM, JOURNAL, JOURNAL_LINE, NOTE, TRACKING
from tests.partners.sandbox.xero.conftest import LOCKED, OPEN, journals, line, messages

KEY = "[ber:BER-1:1]"


class TestAsPublished:
    @pytest.mark.parametrize(
        ("schema", "fields"),
        [
            ("ManualJournal", JOURNAL),
            ("ManualJournalLine", JOURNAL_LINE),
            ("TrackingCategory", TRACKING),
            ("CreditNote", NOTE),
            ("LineItem", ITEM),
            ("Allocation", ALLOCATION),
            ("Invoice", INVOICE),
        ],
    )
    def test_no_field_is_taken_that_is_not_published(self, published, schema, fields):
        known = published["components"]["schemas"][schema]["properties"]
        ours = set(fields) - {"TrackingOptionID"} if schema == "TrackingCategory" else set(fields)

        assert ours <= set(known)
        assert not {name for name in ours if known[name].get("readOnly")} - {"CISDeduction"}

    def test_every_answer_is_as_published(self, call, draft, post, as_published):
        one = draft(lines=[line("999", 10), line("630", -10)], Url="https://lockstep.example/write-offs/BER-1/")
        two = draft()
        answers = {
            "ManualJournals": [
                call("PUT", "/ManualJournals", journals()),
                call("GET", f"/ManualJournals/{one}"),
                call("GET", "/ManualJournals", params={"page": 1}),
                post(two),
                call("PUT", "/ManualJournals", journals(lines=[line("325", 1), line("630", -2)]), params={"summarizeErrors": "false"}),
            ],
            "Error": [call("PUT", "/ManualJournals", journals(lines=[line("325", 1), line("630", -2)]))],
            "Organisations": [call("GET", "/Organisation")],
            "Accounts": [call("GET", "/Accounts")],
        }

        envelope = {f"{name}.{field} is not published" for name in answers for field in ("Id", "Status", "ProviderName", "DateTimeUTC")}
        for name, found in answers.items():
            for answer in found:
                assert set(as_published(name, answer.json())) - envelope - _more_than_an_element(name) == set()

    def test_the_published_example_of_a_request_is_taken(self, call, shared):
        body = (shared / "data" / "xero" / "manualjournals_create_request.json").read_text()
        answer = call("PUT", "/ManualJournals", json.loads(body), Idempotency_Key="example")

        assert answer.status_code == 200
        assert messages(answer) == []


def _more_than_an_element(name: str) -> set[str]:
    """What is echoed of a refused journal beside its ids and errors: the published Element names ids and errors alone."""
    fields = ("Date", "Status", "LineAmountTypes", "UpdatedDateUTC", "ManualJournalID", "Narration", "JournalLines")
    more = (*fields, "ShowOnCashBasisReports", "HasAttachments", "StatusAttributeString", "Url", "Warnings")
    return {f"Error.Elements.{field} is not published" for field in more} if name == "Error" else set()


class TestMaking:
    def test_without_a_status_it_is_a_draft(self, call):
        made = call("PUT", "/ManualJournals", journals()).json()["ManualJournals"][0]

        assert (made["Status"], made["Narration"], made["LineAmountTypes"]) == ("DRAFT", f"BER write-off {KEY}", "NoTax")
        assert made["Date"] == "/Date(1795392000000+0000)/"
        assert [(one["AccountCode"], one["LineAmount"]) for one in made["JournalLines"]] == [("325", 42.5), ("630", -42.5)]

    def test_a_draft_is_posted_by_its_id_once_and_again(self, draft, post, ledger):
        one = draft()
        first, second = post(one), post(one)

        assert [answer.json()["ManualJournals"][0]["Status"] for answer in (first, second)] == ["POSTED", "POSTED"]
        assert first.json()["ManualJournals"][0]["UpdatedDateUTC"] == second.json()["ManualJournals"][0]["UpdatedDateUTC"]
        assert (ledger()["posted"], ledger()["debit_pence"], ledger()["credit_pence"]) == (1, 4250, 4250)

    def test_a_draft_is_changed_a_posted_one_voided_and_what_has_ended_left_alone(self, call, draft, post):
        one = draft()
        call("POST", "/ManualJournals", journals(ManualJournalID=one, Date="2026-11-24")).raise_for_status()
        assert call("GET", f"/ManualJournals/{one}").json()["ManualJournals"][0]["Date"] == "/Date(1795478400000+0000)/"

        assert messages(post(one, Status="VOIDED")) == ["Manual Journal not of valid status for modification"]
        assert post(one).status_code == 200
        assert messages(post(one, Status="DELETED")) == ["Manual Journal not of valid status for modification"]
        assert post(one, Status="VOIDED").status_code == 200
        assert messages(post(one)) == ["Manual Journal not of valid status for modification"]

    def test_a_surplus_draft_is_deleted_and_still_shown(self, call, draft, post):
        one = draft()
        post(one, Status="DELETED").raise_for_status()

        assert call("GET", f"/ManualJournals/{one}").json()["ManualJournals"][0]["Status"] == "DELETED"

    def test_an_unknown_account_leaves_a_draft_with_a_warning(self, call, post):
        made = call("PUT", "/ManualJournals", journals(lines=[line("476", 5), line("630", -5)])).json()["ManualJournals"][0]

        assert made["Warnings"] == [{"Message": "Account code '476' has been removed as it does not match a recognised account."}]
        assert "AccountCode" not in made["JournalLines"][0]
        assert messages(post(made["ManualJournalID"])) == ["Account must be specified."]

    def test_one_that_is_not_there(self, call):
        nobody = "00000000-0000-4000-8000-000000000000"

        assert call("GET", f"/ManualJournals/{nobody}").status_code == 404
        assert call("POST", f"/ManualJournals/{nobody}", journals()).status_code == 404
        assert messages(call("POST", "/ManualJournals", journals(ManualJournalID=nobody)))[0].endswith("could not be found")


class TestRefusing:
    @pytest.mark.parametrize(
        ("other", "sentence"),
        [
            ({"lines": [line("325", 100), line("630", -10)]}, "The total debits (100.00) must equal total credits (-10.00)"),
            ({"lines": [line("325", 0)]}, "At least two journal lines are required."),
            ({"Narration": " "}, "The narration must be specified."),
            ({"Status": "VOIDED"}, "A new Manual Journal must have a status of DRAFT or POSTED."),
            (
                {"Status": "POSTED", "lines": [line("476", 5), line("630", -5)]},
                "Account code '476' is not a valid code for this document.",
            ),
            ({"lines": [line("480", 5), line("630", -5)]}, "Account code '480' has been archived."),
            (
                {"lines": [line("325", 5, TaxType="OUTPUT2"), line("630", -5)]},
                "TaxType code 'OUTPUT2' cannot be used with account code '325'.",
            ),
            (
                {"Status": "POSTED", "Date": LOCKED},
                "The document date cannot be before the period lock date, currently set at 31-Oct-2026",
            ),
            *(
                ({"lines": [line("325", 5), line(code, -5)]}, f"Account code '{code}' cannot be used in a manual journal: it is a{what}")
                for code, what in [
                    ("610", " accounts receivable account."),
                    ("800", " accounts payable account."),
                    ("960", " retained earnings account."),
                    ("090", " bank account."),
                    ("631", " tracked inventory account."),
                ]
            ),
        ],
    )
    def test_what_cannot_be_is_refused_in_its_words(self, call, ledger, other, sentence):
        answer = call("PUT", "/ManualJournals", journals(**other))

        assert (answer.status_code, answer.json()["Type"]) == (400, "ValidationException")
        assert sentence in messages(answer)
        assert ledger()["journals"] == 0

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"ManualJournals": [{"Narration": "x", "Colour": "red"}]}, "Unknown field: $.ManualJournals[0].Colour"),
            ({"ManualJournals": [{"JournalLines": []}]}, "Missing field: $.ManualJournals[0].Narration"),
            ({"Narration": "x"}, "Unknown field: $.Narration"),
            (journals(Date="23/11/2026"), "$.ManualJournals[0].Date must be YYYY-MM-DD"),
            (journals(Date="/Date(1552521600000+0000)/"), "$.ManualJournals[0].Date must be YYYY-MM-DD"),
            (journals(lines=[line("325", "5")]), "$.ManualJournals[0].JournalLines[0].LineAmount must be a number"),
            (journals(lines=[line("325", 0.125)]), "$.ManualJournals[0].JournalLines[0].LineAmount must have at most two decimal places"),
            (journals(Status="posted"), "$.ManualJournals[0].Status must be one of DRAFT, POSTED, DELETED, VOIDED, ARCHIVED"),
        ],
    )
    def test_a_body_of_another_shape(self, call, body, message):
        answer = call("PUT", "/ManualJournals", body)

        assert (answer.status_code, answer.json()["Type"], answer.json()["Message"]) == (400, "PostDataInvalidException", message)

    def test_one_refusal_refuses_all_unless_they_are_wanted_one_by_one(self, call, ledger):
        body = {"ManualJournals": [*journals()["ManualJournals"], *journals(lines=[line("325", 1), line("630", -2)])["ManualJournals"]]}
        assert call("PUT", "/ManualJournals", body).status_code == 400
        assert ledger()["journals"] == 0

        answer = call("PUT", "/ManualJournals", body, params={"summarizeErrors": "false"})
        assert [one["StatusAttributeString"] for one in answer.json()["ManualJournals"]] == ["OK", "ERROR"]
        assert (answer.status_code, ledger()["journals"]) == (200, 1)

    def test_a_draft_may_lie_in_a_closed_period_and_not_be_posted_there(self, draft, post, sandbox):
        one = draft(Date=LOCKED)
        assert messages(post(one)) == ["The document date cannot be before the period lock date, currently set at 31-Oct-2026"]

        sandbox("/locks", period=None, year="2026-03-31")
        assert post(one).status_code == 200

    def test_the_later_of_two_lock_dates_counts(self, call, draft, post, sandbox):
        sandbox("/locks", year=OPEN)
        shown = call("GET", "/Organisation").json()["Organisations"][0]

        assert (shown["PeriodLockDate"], shown["EndOfYearLockDate"]) == ("/Date(1793404800000+0000)/", "/Date(1795392000000+0000)/")
        assert messages(post(draft())) == ["The document date cannot be before the end of year lock date, currently set at 23-Nov-2026"]


class TestFinding:
    def test_by_the_whole_narration_and_by_its_end(self, call, draft):
        wanted = draft(Narration=f'BER AND "quoted" {KEY}')
        draft(Narration="another [ber:BER-2:1]")
        whole = call("GET", "/ManualJournals", params={"page": 1, "where": f'Narration=="BER AND \\"quoted\\" {KEY}"'})
        end = call("GET", "/ManualJournals", params={"page": 1, "where": f'Narration.EndsWith("{KEY}") AND Status=="DRAFT"'})

        for answer in (whole, end):
            assert [one["ManualJournalID"] for one in answer.json()["ManualJournals"]] == [wanted]
            assert answer.json()["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 1, "itemCount": 1}

    def test_a_page_holds_a_hundred_at_most(self, call, sandbox):
        for _ in range(101):
            sandbox("/journals", narration="x", on=OPEN, lines=[])
        first, second = (call("GET", "/ManualJournals", params={"page": page, "pageSize": 500}).json() for page in (1, 2))

        assert (len(first["ManualJournals"]), len(second["ManualJournals"])) == (100, 1)
        assert first["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 2, "itemCount": 101}

    def test_lines_are_shown_where_a_page_is_asked_for(self, call, draft):
        draft()
        bare, paged = call("GET", "/ManualJournals"), call("GET", "/ManualJournals", params={"page": 1})

        assert [len(answer.json()["ManualJournals"][0]["JournalLines"]) for answer in (bare, paged)] == [0, 2]

    def test_what_changed_since(self, call, draft, later, world):
        draft()
        later(60)
        since = world.now().replace(microsecond=0).isoformat()  # Xero's stamps have no microseconds
        wanted = draft()
        found = call("GET", "/ManualJournals", params={"page": 1}, If_Modified_Since=since).json()["ManualJournals"]

        assert [one["ManualJournalID"] for one in found] == [wanted]

    def test_by_day_and_in_order(self, call, draft):
        early, late = draft(Date="2026-11-02"), draft(Date="2026-11-20")
        params = {"page": 1, "where": "Date>=DateTime(2026, 11, 02)", "order": "Date DESC"}
        found = call("GET", "/ManualJournals", params=params).json()["ManualJournals"]

        assert [one["ManualJournalID"] for one in found] == [late, early]

    @pytest.mark.parametrize("params", [{"where": 'Colour=="red"'}, {"where": "Narration=x"}, {"page": "0"}, {"order": "Colour"}])
    def test_a_question_that_cannot_be_read(self, call, params):
        answer = call("GET", "/ManualJournals", params=params)

        assert (answer.status_code, answer.json()["Type"]) == (400, "QueryParseException")


class TestIdempotency:
    def test_the_same_key_and_body_is_done_once_for_six_minutes(self, call, ledger, later):
        first, second = (call("PUT", "/ManualJournals", journals(), Idempotency_Key="ber:BER-1:1") for _ in range(2))
        assert first.json() == second.json()
        assert ledger()["journals"] == 1

        later(361)
        call("PUT", "/ManualJournals", journals(), Idempotency_Key="ber:BER-1:1").raise_for_status()
        assert ledger()["journals"] == 2

    def test_the_same_key_with_another_body_is_refused(self, call, ledger):
        call("PUT", "/ManualJournals", journals(), Idempotency_Key="one")

        assert call("PUT", "/ManualJournals", journals(Narration="other"), Idempotency_Key="one").status_code == 400
        assert call("PUT", "/ManualJournals", journals(), Idempotency_Key="x" * 129).status_code == 400
        assert ledger()["journals"] == 1
