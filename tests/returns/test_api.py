"""Write-offs for programs: read by token, decided by nobody but a person who has just signed in in two steps."""

import time

import pytest
from django.conf import settings
from django.core.cache import cache

from returns.models import WriteOff
from tests.callers import Caller, is_problem, key
from tests.returns.builders import make_write_off

pytestmark = pytest.mark.django_db
CSRF = "x" * 32
ACTS = ("approve", "query", "reject", "reverse")


def session_of(user, *, ago_s: int = 1, method: str = "mfa") -> Caller:
    """A session that gave its last proof so long ago."""
    caller = Caller(session=user)
    session = caller.client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time() - ago_s, "username": user.username}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    caller.client.cookies[settings.CSRF_COOKIE_NAME] = CSRF
    return caller


def post(caller: Caller, write_off, act: str, **sent):
    return caller.post(f"write-offs/{write_off.reference}/{act}/", {"lines_hash": write_off.lines_hash} | sent, **{"X-CSRFToken": CSRF})


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


def test_a_token_reads_the_register_and_the_drafted_journal(people):
    write_off = make_write_off(4_200)

    answer = Caller(key(people.finance, "returns:read")).get("write-offs/", state="awaiting_approval")

    [row] = answer.json()["results"]
    assert (row["reference"], row["carrying_pence"], row["lines_hash"]) == (write_off.reference, 4_200, write_off.lines_hash)
    assert [(line["account"], line["debit_pence"], line["credit_pence"]) for line in row["lines"]] == [
        ("7105", 4_200, 0),
        ("1200", 0, 4_200),
    ]


@pytest.mark.parametrize("act", ACTS)
def test_a_token_decides_nothing_whatever_its_scopes_and_its_user(people, act):
    write_off = make_write_off()
    caller = Caller(key(people.manager, "returns:read"))

    is_problem(post(caller, write_off, act, reason="repair", question="Why?"), 403, "session_only")

    assert WriteOff.objects.get().state == "awaiting_approval"


@pytest.mark.parametrize(("how", "code"), [({"ago_s": 601}, "reauthenticate"), ({"method": "password"}, "two_steps")])
def test_an_old_session_and_one_of_one_step_decide_nothing(people, how, code):
    write_off = make_write_off()

    is_problem(post(session_of(people.finance, **how), write_off, "approve"), 403, code)

    assert WriteOff.objects.get().state == "awaiting_approval"


def test_a_fresh_session_approves_what_it_saw_and_once(people):
    write_off = make_write_off()
    caller = session_of(people.finance)

    first, again = post(caller, write_off, "approve"), post(caller, write_off, "approve")

    assert (first.status_code, first.json()["state"], first.json()["first_by"]) == (200, "approved", "finance")
    assert (again.status_code, again.json()["version"]) == (200, first.json()["version"])


def test_what_has_changed_since_and_what_a_rule_forbids_is_refused_in_words(people):
    write_off, dear = make_write_off(), make_write_off(20_000)
    caller = session_of(people.finance)

    stale = is_problem(
        caller.post(f"write-offs/{write_off.reference}/approve/", {"lines_hash": "x"}, **{"X-CSRFToken": CSRF}), 409, "stale"
    )
    refused = is_problem(post(caller, dear, "approve"), 409, "refused")

    assert "look at it again" in stale["detail"]
    assert "your limit is £100.00" in refused["detail"]


def test_it_asks_rejects_and_says_which_field_is_wrong(people):
    asked, rejected = make_write_off(), make_write_off()
    caller = session_of(people.finance)

    assert post(caller, asked, "query", question="Is it the lining?").json()["state"] == "queried"
    assert [e["field"] for e in is_problem(post(caller, rejected, "reject", reason="because"), 422)["errors"]] == ["reason"]
    assert post(caller, rejected, "reject", reason="repair").json()["state"] == "rejected"


def test_only_who_may_reverse_reverses_and_nothing_unknown_is_found(people):
    write_off = make_write_off()

    is_problem(post(session_of(people.finance), write_off, "reverse", reason="Mistake"), 403)
    is_problem(post(session_of(people.manager), write_off, "reverse", reason="Mistake"), 409, "refused")
    unknown = session_of(people.manager).post("write-offs/BER-1/reverse/", {"lines_hash": "x", "reason": "y"}, **{"X-CSRFToken": CSRF})
    is_problem(unknown, 404)
