"""One case: the sentence, the fix, why, what happened, and what a person may do about it."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse

from exceptions_queue import actions, audit
from exceptions_queue.models import CaseNote, ExceptionCase, Site
from exceptions_queue.queries import cases
from exceptions_queue.queries.cases import changes
from exceptions_queue.states import CaseState
from tests.exceptions_queue.builders import find, make_user, one_case

pytestmark = pytest.mark.django_db
EVERYTHING = (
    *("view_exceptioncase", "assign_exceptioncase", "snooze_exceptioncase", "waive_exceptioncase", "close_exceptioncase"),
    *("add_casenote", "view_auditentry"),
)


@pytest.fixture(autouse=True)
def at_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield


@pytest.fixture
def priya(client):
    user = make_user("priya", *EVERYTHING, role="warehouse")
    client.force_login(user)
    return user


def stuck(noon, **more):
    return one_case(at=noon, code="ORD-STUCK", evidence={"status": "picking"}, subject=Site.objects.get(key="acs").pk, **more)


def act(client, case, verb, **asked):
    """POST one act with the version that the page showed."""
    return client.post(f"/queue/{case.pk}/{verb}/", {"version": case.version, **asked})


def test_the_page_says_what_why_and_what_ends_it(client, priya, noon):
    case = one_case(at=noon, rules_version="2026.11", value_pence=4500)

    html = client.get(f"/queue/{case.pk}/").content.decode()

    for text in (
        "<h1>The mobile number is a landline: InPost cannot text a locker code to it.</h1>",
        '<span class="chip chip-ok" title="Due Wed 10 June 2026 12:00">',
        "On time 24 h",
        "landline",
        "release to ACS",
        "2026.11",
        "a UK mobile number is saved, or the order no longer goes to a locker",
        "/reference/val-mob-format/",
        "nobody can waive it",
        "£45.00",
    ):
        assert text in html, text


def test_the_bad_field_is_loaded_into_the_page_and_linked_for_who_has_no_script(client, priya, noon, fix_addresses):
    case = one_case(at=noon, order_number="1001")
    priya.user_permissions.add(*Permission.objects.filter(codename__in=("correct_order", "cancel_order")))

    html = client.get(f"/queue/{case.pk}/").content.decode()

    assert 'hx-get="/orders/1001/correct-mobile/" hx-trigger="load"' in html
    assert '<a class="btn btn-primary" href="/orders/1001/correct-mobile/">Correct the mobile number</a>' in html
    assert 'class="btn btn-small btn-danger" href="/orders/1001/cancel/"' in html


def test_nobody_is_offered_a_fix_that_would_be_refused(client, priya, noon):
    case = one_case(at=noon, order_number="1001")

    html = client.get(f"/queue/{case.pk}/").content.decode()

    assert "/orders/1001/correct-mobile/" not in html
    assert "Your role can look at this but not put it right: the CX desk does." in html


@pytest.fixture
def fix_addresses():
    """The rooms' own addresses; this test means nothing without them."""
    return reverse("orders:correct-mobile", kwargs={"number": "1001"})


def test_a_case_with_several_products_has_a_fix_for_each(noon):
    case = one_case(at=noon, code="VAL-DIM-MISSING", evidence={"skus": ["A1", "B2"]})

    assert [link.label for link in cases.fixes(case, may=lambda _: True)][:2] == ["Add size and weight: A1", "Add size and weight: B2"]


def test_a_number_that_no_address_can_hold_leaves_the_case_readable(client, priya, noon):
    case = one_case(at=noon, order_number="a/b/../c?d")

    assert client.get(f"/queue/{case.pk}/").status_code == 200


def test_the_timeline_tells_of_the_case_and_its_subject_without_values(client, priya, noon):
    case, site = stuck(noon), Site.objects.get(key="acs")
    audit.record("order corrected", site, actor=priya, at=noon, after={"mobile": audit.digest("07700 900123"), "city": "Leeds"})
    actions.add_note(case, text="<b>Rang</b> them", author=priya, at=noon)

    html = client.get(f"/queue/{case.pk}/").content.decode()

    assert "order corrected" in html
    assert "city: Leeds, mobile" in html
    assert "hmac:" not in html
    assert "&lt;b&gt;Rang&lt;/b&gt; them" in html
    assert "opened the case" in html


def test_a_case_that_is_not_there_is_not_found(client, priya):
    for pk in (1, 2**63, 10**30):
        assert client.get(f"/queue/{pk}/").status_code == 404


def test_assigning_and_giving_back(client, priya, noon):
    case = stuck(noon)

    assert act(client, case, "assign", to="me").status_code == 302
    case.refresh_from_db()
    assert case.assignee == priya
    act(client, case, "assign", to="none")

    case.refresh_from_db()
    assert (case.assignee, case.version) == (None, 3)


def test_the_second_person_to_save_sees_who_changed_what_and_may_save_anyway(client, priya, noon):
    case, ben = stuck(noon), make_user("ben")
    actions.assign(ExceptionCase.objects.get(), to=ben, actor=ben, at=noon, version=1)

    answer = act(client, case, "snooze", until="2026-06-09T13:00+00:00", reason="ring back")

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "ben changed this today 12:00: assigned the case (assignee: ben)." in html
    assert 'name="version" value="2"' in html
    assert 'name="reason" value="ring back"' in html
    assert ExceptionCase.objects.get().snoozed_until is None

    again = client.post(f"/queue/{case.pk}/snooze/", {"version": 2, "until": "2026-06-09T13:00+00:00", "reason": "ring back"})
    assert again.status_code == 302


def test_who_acts_on_a_case_that_closed_by_itself_is_told_so(client, priya, noon):
    case = stuck(noon)
    find({case.subject_id: {}}, at=noon)

    html = act(client, case, "assign", to="me").content.decode()

    assert "Lockstep changed this today 12:00: the check passes now and the case is closed." in html
    assert "Save mine anyway" not in html


def test_a_snooze_prints_when_it_returns(client, priya, noon):
    case = stuck(noon, due_at=noon + timedelta(hours=2))
    page = client.get(f"/queue/{case.pk}/").content.decode()
    assert "Until today 13:00 (1 h 0 m before it is due)" in page
    assert "Until today 15:00 (past the time it is due: say why)" in page

    refused = act(client, case, "snooze", until="2026-06-09T14:00:00+00:00", reason="")
    assert refused.status_code == 422
    assert "That is past the cut-off: say why it can wait that long." in refused.content.decode()

    act(client, case, "snooze", until="2026-06-09T14:00:00+00:00", reason="ACS rings at two")
    assert "Snoozed until today 15:00" in client.get(f"/queue/{case.pk}/").content.decode()

    case.refresh_from_db()
    act(client, case, "wake")
    assert "Snoozed until" not in client.get(f"/queue/{case.pk}/").content.decode()


def test_waiving_is_offered_where_the_code_allows_it(client, priya, noon):
    case = stuck(noon)
    assert "/waive/" in client.get(f"/queue/{case.pk}/").content.decode()

    act(client, case, "waive", reason="ACS says tomorrow")

    html = client.get(f"/queue/{case.pk}/").content.decode()
    assert "Waived by priya" in html
    assert "ACS says tomorrow" in html


def test_a_blocking_case_cannot_be_waived_or_closed_by_a_forged_post(client, priya, noon):
    case = one_case(at=noon)

    assert act(client, case, "waive", reason="x").status_code == 422
    assert act(client, case, "close", reason="x", accept="on").status_code == 422
    assert ExceptionCase.objects.get().state == CaseState.OPEN


def test_closing_by_hand_needs_the_risk_to_be_accepted(client, priya, noon):
    case = stuck(noon)
    assert act(client, case, "close", reason="Found").status_code == 422

    act(client, case, "close", reason="Found", accept="on")

    html = client.get(f"/queue/{case.pk}/").content.decode()
    assert "Closed by hand by priya" in html
    assert "Accepted risk: Found" in html
    case.refresh_from_db()
    act(client, case, "reopen", reason="Not found after all")
    assert ExceptionCase.objects.get().state == CaseState.OPEN


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Rang at ten", 302),
        ("", 422),
        ("a\x00b", 422),
        ("x" * 5001, 422),
        ("\N{HUGGING FACE} \u202eevil", 302),
        ("<script>x</script>", 302),
    ],
)
def test_a_note_is_stored_or_refused_with_a_sentence(client, priya, noon, text, status):
    case = stuck(noon)

    answer = client.post(f"/queue/{case.pk}/note/", {"text": text})

    assert answer.status_code == status
    assert CaseNote.objects.count() == (status == 302)
    assert b"<script>x" not in client.get(f"/queue/{case.pk}/").content


def test_a_note_of_ten_megabytes_is_refused(client, priya, noon):
    assert client.post(f"/queue/{stuck(noon).pk}/note/", {"text": "x" * 10_000_000}).status_code in (400, 413)
    assert CaseNote.objects.count() == 0


@pytest.mark.parametrize(
    ("verb", "asked"),
    [
        ("assign", {"to": "nobody"}),
        ("assign", {}),
        ("snooze", {"until": "soon"}),
        ("snooze", {"until": "2020-01-01T00:00+00:00"}),
        ("snooze", {"until": "9999-12-31T23:59:59-14:00", "reason": "x"}),
        ("snooze", {"until": "0001-01-01T00:00:00+14:00", "reason": "x"}),
        ("waive", {"reason": ""}),
    ],
)
def test_bad_input_is_answered_with_a_sentence(client, priya, noon, verb, asked):
    answer = act(client, stuck(noon), verb, **asked)

    assert answer.status_code == 422
    assert b'role="alert"' in answer.content


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_version_that_is_none_is_refused(client, priya, noon, version):
    assert client.post(f"/queue/{stuck(noon).pk}/assign/", {"to": "me", "version": version}).status_code == 422


@pytest.mark.parametrize("verb", ["assign", "snooze", "wake", "waive", "close", "reopen", "note", "take"])
def test_an_act_needs_a_post_and_its_permission(client, noon, verb):
    case = stuck(noon)
    client.force_login(make_user("viewer", "view_exceptioncase", role="viewer"))

    assert client.post(f"/queue/{case.pk}/{verb}/").status_code == 403
    assert client.get(f"/queue/{case.pk}/{verb}/").status_code == 405


def test_after_a_fix_the_page_asks_for_what_has_changed(client, priya, noon):
    html = client.get(f"/queue/{stuck(noon).pk}/").content.decode()

    assert 'hx-trigger="order-changed from:body"' in html
    for part in ("case-chips", "case-aside", "case-timeline"):
        assert f'id="{part}"' in html


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"fields": ["address1", "first_name"]}, "fields: address1, first name"),
        ({"mobile": "hmac:abc"}, "mobile"),
        ({"until": "2026-06-09T11:00:00+00:00"}, "until: Tue 9 June 2026 12:00"),
        ({"owner": "warehouse", "assignee": None}, "owner: warehouse"),
    ],
)
def test_a_change_reads_as_words(after, told):
    assert changes(after) == told
