"""What goes wrong in a ledger on demand, and what other people do to it."""

import httpx
import pytest

from partners.sandbox.faults import LEDGER_ONLY
from tests.partners.sandbox.conftest import arm
from tests.partners.sandbox.xero.conftest import OPEN, journals, line, messages

BY = "/ManualJournals"


def test_a_write_is_done_and_never_answered(client, call, ledger, headers):
    arm(client, "xero", "accept_then_timeout")
    with pytest.raises(TimeoutError):
        call("PUT", BY, journals())

    assert ledger()["by_key"]["ber:BER-1:1"][0]["status"] == "DRAFT"


def test_a_write_is_done_and_answered_with_500(client, call, ledger, headers):
    arm(client, "xero", "accept_then_500")

    assert call("PUT", BY, journals()).status_code == 500
    assert ledger()["journals"] == 1


def test_a_write_is_done_late(client, call, ledger, later, headers):
    arm(client, "xero", "apply_late", seconds=4)
    with pytest.raises(TimeoutError):
        call("PUT", BY, journals())
    assert ledger()["journals"] == 0

    later(5)
    assert ledger()["journals"] == 1


def test_a_late_write_meets_its_own_key(client, call, ledger, later, headers):
    arm(client, "xero", "apply_late", seconds=4)
    with pytest.raises(TimeoutError):
        call("PUT", BY, journals(), Idempotency_Key="one")
    call("PUT", BY, journals(), Idempotency_Key="one").raise_for_status()
    later(5)

    assert ledger()["journals"] == 1


def test_500_and_then_200(client, call, ledger, headers):
    arm(client, "xero", "500", method="PUT")

    assert [call("PUT", BY, journals()).status_code for _ in range(2)] == [500, 200]
    assert ledger()["journals"] == 1


def test_asking_for_a_token_is_no_write(client, headers, call, ledger):
    arm(client, "xero", "accept_then_500")
    token = client.post("/xero/connect/token", data={"grant_type": "client_credentials"})

    assert token.status_code == 400
    assert call("PUT", BY, journals()).status_code == 500


def test_a_journal_is_there_twice(client, draft, call, ledger, headers):
    arm(client, "xero", "doubled")
    draft()
    found = call("GET", BY, params={"page": 1, "where": 'Narration=="BER write-off [ber:BER-1:1]"'}).json()[BY[1:]]

    assert len({one["ManualJournalID"] for one in found}) == len(found) == 2


def test_the_period_closes_before_the_write(client, draft, post, headers):
    one = draft()
    arm(client, "xero", "closed_period")

    assert messages(post(one)) == ["The document date cannot be before the period lock date, currently set at 23-Nov-2026"]


def test_somebody_edits_it_afterwards(client, draft, post, call, headers):
    one = draft()
    arm(client, "xero", "edited_after")
    said = post(one).json()["ManualJournals"][0]
    there = call("GET", f"{BY}/{one}").json()["ManualJournals"][0]

    assert [found["JournalLines"][0]["LineAmount"] for found in (said, there)] == [42.5, 43.5]
    assert there["UpdatedDateUTC"] > said["UpdatedDateUTC"]


def test_another_amount_is_kept_than_was_sent(client, call, headers):
    arm(client, "xero", "other_content")
    said = call("PUT", BY, journals()).json()["ManualJournals"][0]
    there = call("GET", f"{BY}/{said['ManualJournalID']}").json()["ManualJournals"][0]

    assert said["JournalLines"][0]["LineAmount"] == there["JournalLines"][0]["LineAmount"] == 43.5


def test_another_amount_is_only_shown(client, call, draft, headers):
    one = draft()
    arm(client, "xero", "other_content", method="GET", path=f"{BY}/")
    shown = [call("GET", f"{BY}/{one}").json()["ManualJournals"][0]["JournalLines"][0]["LineAmount"] for _ in range(2)]

    assert shown == [43.5, 42.5]


def test_an_error_inside_a_200(client, call, ledger, headers):
    arm(client, "xero", "errors_in_200", about="Something about it is not right")
    answer = call("PUT", BY, journals())

    assert (answer.status_code, messages(answer)) == (200, ["Something about it is not right"])
    assert ledger()["journals"] == 0


@pytest.mark.parametrize("kind", LEDGER_ONLY)
def test_these_are_faults_of_the_ledger_alone(client, kind):
    assert client.post("/_sandbox/faults", json={"partner": "acs", "kind": kind}).status_code == 400


def test_a_429_says_whose_limit_it_was(client, call, headers):
    arm(client, "xero", "429")

    assert call("GET", "/Organisation").headers["X-Rate-Limit-Problem"] == "Minute"


def test_the_ledger_is_summed_by_our_key(draft, post, ledger, sandbox):
    for _ in range(2):
        post(draft()).raise_for_status()
    draft(Narration="BER write-off [ber:BER-2:1]")
    lines = [{"account": "325", "pence": 100}, {"account": "630", "pence": -100}]
    sandbox("/journals", narration="Month end", on=OPEN, lines=lines)
    found = ledger()

    assert (found["journals"], found["posted"], found["drafts"], found["without_key"]) == (4, 3, 1, 1)
    assert (found["debit_pence"], found["credit_pence"]) == (8600, 8600)
    assert found["twice"] == ["ber:BER-1:1"]
    assert set(found["by_key"]) == {"ber:BER-1:1", "ber:BER-2:1"}


def test_what_others_do_in_the_ledger_itself(client, draft, post, ledger, sandbox):
    one = draft()
    post(one)
    edited = sandbox(f"/journals/{one}", more_pence=7, status="VOIDED")

    assert ([found["pence"] for found in edited["lines"]], edited["status"]) == ([4257, -4257], "VOIDED")
    assert ledger()["voided"] == 1
    assert client.post("/_sandbox/xero/journals/nobody", json={}).status_code == 400
    assert client.post("/_sandbox/xero/locks", json={"colour": "red"}).status_code == 400


def test_accounts_are_opened_and_archived(call, sandbox):
    sandbox("/accounts", code="326", name="Shrinkage")
    sandbox("/accounts", code="325", status="ARCHIVED")
    found = {one["Code"]: one for one in call("GET", "/Accounts", params={"where": 'Status=="ACTIVE"'}).json()["Accounts"]}

    assert "326" in found
    assert "325" not in found
    assert found["610"]["SystemAccount"] == "DEBTORS"
    assert messages(call("PUT", BY, journals(lines=[line("325", 1), line("630", -1)]))) == ["Account code '325' has been archived."]


def test_over_a_socket_too(wire):
    form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
    answer: httpx.Response = wire.post("/xero/connect/token", data=form)

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})
