"""Who may ask the ledger, for what, for how long, and how often."""

import pytest

from partners.sandbox import xero
from tests.partners.sandbox.xero.conftest import API, a_token, journals

RIGHT = {"grant_type": "client_credentials"}
WHO = (xero.CLIENT_ID, xero.CLIENT_SECRET)


class TestToken:
    def test_client_credentials_are_worth_half_an_hour(self, client):
        said = client.post("/xero/connect/token", data=RIGHT | {"scope": "accounting.manualjournals"}, auth=WHO).json()

        assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 1800, "accounting.manualjournals")

    @pytest.mark.parametrize(
        ("form", "auth", "error"),
        [
            (RIGHT, ("other", "secret"), "invalid_client"),
            (RIGHT, None, "invalid_client"),
            ({"grant_type": "password"}, WHO, "unsupported_grant_type"),
            (RIGHT | {"scope": "accounting.transactions"}, WHO, "invalid_scope"),
            (RIGHT | {"scope": "accounting.manualjournals offline_access"}, WHO, "invalid_scope"),
        ],
    )
    def test_what_is_refused(self, client, form, auth, error):
        answer = client.post("/xero/connect/token", data=form, auth=auth)

        assert (answer.status_code, answer.json()) == (400, {"error": error})

    def test_a_token_ends_by_the_worlds_clock(self, call, later):
        assert call("GET", "/Organisation").status_code == 200

        later(1801)
        answer = call("GET", "/Organisation")

        assert answer.status_code == 401
        assert answer.json()["Detail"].startswith("TokenExpired")

    def test_no_token_a_strange_one_and_another_tenant(self, client, headers):
        said = [client.get(f"{API}/Organisation", headers=one) for one in ({}, headers | {"Authorization": "Bearer x"})]
        other = client.get(f"{API}/Organisation", headers=headers | {"xero-tenant-id": "nobody"})

        assert [answer.status_code for answer in said] == [401, 401]
        assert (other.status_code, other.json()["Detail"]) == (403, "AuthenticationUnsuccessful")

    def test_a_scope_that_was_not_granted(self, client, headers):
        narrow = headers | {"Authorization": f"Bearer {a_token(client, 'accounting.manualjournals.read')}"}
        read = client.get(f"{API}/ManualJournals", headers=narrow)
        written = client.put(f"{API}/ManualJournals", json=journals(), headers=narrow)

        assert read.status_code == 200
        assert (written.status_code, written.json()["Detail"]) == (401, "AuthorizationUnsuccessful")

    def test_the_connection_names_the_tenant(self, client, headers):
        found = client.get("/xero/connections", headers={"Authorization": headers["Authorization"]}).json()

        assert [(one["tenantId"], one["tenantType"]) for one in found] == [(xero.TENANT, "ORGANISATION")]

    def test_who_does_not_ask_for_json_gets_xml(self, call):
        assert call("GET", "/Organisation", Accept="*/*").headers["Content-Type"].startswith("text/xml")


class TestLimits:
    def test_every_answer_says_how_much_is_left(self, call):
        first, second = call("GET", "/Organisation"), call("GET", "/Accounts")

        assert (first.headers["X-MinLimit-Remaining"], second.headers["X-MinLimit-Remaining"]) == ("59", "58")
        assert (second.headers["X-DayLimit-Remaining"], second.headers["X-AppMinLimit-Remaining"]) == ("4998", "9998")

    @pytest.mark.parametrize(("limit", "problem"), [("minute", "Minute"), ("day", "Day")])
    def test_one_call_too_many_is_told_when_to_come_back(self, call, sandbox, later, limit, problem):
        sandbox("/limits", **{limit: 1})
        call("GET", "/Organisation")
        refused = call("GET", "/Organisation")

        assert (refused.status_code, refused.headers["X-Rate-Limit-Problem"]) == (429, problem)
        wait = int(refused.headers["Retry-After"])
        assert 0 < wait <= 86_401
        if limit == "minute":
            later(wait)
            assert call("GET", "/Organisation").status_code == 200

    def test_the_limit_comes_before_the_idempotency_key(self, call, sandbox):
        call("PUT", "/ManualJournals", journals(), Idempotency_Key="one").raise_for_status()
        sandbox("/limits", minute=1)

        assert call("PUT", "/ManualJournals", journals(), Idempotency_Key="one").status_code == 429

    def test_more_than_five_at_once_are_too_many(self, call, app):
        app.partners["xero"].limits.running = 5
        refused = call("GET", "/Organisation")

        assert (refused.status_code, refused.headers["X-Rate-Limit-Problem"]) == (429, "Concurrent")
