"""A program asks for exceptions and acts on one: filters, each act, each refusal, and the version check."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from exceptions_queue.models import AuditEntry, CaseNote, ExceptionCase
from tests.callers import Caller, is_problem, key, load_roles, of_role, person
from tests.exceptions_queue.builders import one_case, open_many

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house():
    cache.clear()
    load_roles()


@pytest.fixture
def cx() -> Caller:
    return of_role("cx", "exceptions:read", "exceptions:write")


def ids(answer) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


class TestTheList:
    def test_the_most_urgent_is_first_and_says_what_and_why(self, cx, noon):
        late = one_case(at=noon, subject=1, due_at=noon + timedelta(hours=2))
        soon = one_case(at=noon, subject=2, due_at=noon + timedelta(hours=1))

        answer = cx.get("exceptions/")

        assert ids(answer) == [soon.pk, late.pk]
        assert "landline" in answer.json()["results"][0]["sentence"]
        assert answer.json()["results"][0]["blocks"] == ["R"]

    def test_each_filter_narrows_it(self, cx, noon):
        mine = one_case(at=noon, subject=1, due_at=noon)
        other = one_case(at=noon, subject=2, code="VAL-DIM-MISSING", evidence={"skus": ["A"]}, due_at=noon + timedelta(days=1))
        ExceptionCase.objects.filter(pk=mine.pk).update(assignee=person("cx", "priya"))
        mine.refresh_from_db()

        found = {
            name: ids(cx.get("exceptions/", **{name: value}))
            for name, value in {
                "owner": other.owner,
                "code": other.code,
                "assignee": "priya",
                "order": other.order_number,
                "cause": mine.cause_key,
                "due_before": noon.isoformat(),
                "state": "closed",
            }.items()
        }

        assert found == {
            "owner": [other.pk],
            "code": [other.pk],
            "assignee": [mine.pk],
            "order": [other.pk],
            "cause": [mine.pk],
            "due_before": [mine.pk],
            "state": [],
        }

    def test_closed_ones_are_newest_first_and_paged(self, cx, noon):
        open_many(5, at=noon)
        for minutes, case in enumerate(ExceptionCase.objects.order_by("pk")):
            ExceptionCase.objects.filter(pk=case.pk).update(state="cured", closed_at=noon + timedelta(minutes=minutes))
        newest_first = list(ExceptionCase.objects.order_by("-closed_at").values_list("pk", flat=True))

        first = cx.get("exceptions/", state="closed", limit=3)
        second = cx.client.get(first.json()["next"], headers=cx._headers())

        assert ids(first) + ids(second) == newest_first

    def test_it_costs_the_same_with_three_rows_and_thirty(self, cx, noon, django_assert_num_queries):
        open_many(3, at=noon)
        cx.get("exceptions/")
        with django_assert_num_queries(3):
            cx.get("exceptions/")
        open_many(30, at=noon)

        with django_assert_num_queries(3):
            assert len(ids(cx.get("exceptions/"))) == 30


def test_one_exception(cx, noon):
    case = one_case(at=noon)

    answer = cx.get(f"exceptions/{case.pk}/")

    assert (answer.json()["code"], answer.json()["version"]) == ("VAL-MOB-FORMAT", 1)
    is_problem(cx.get(f"exceptions/{case.pk + 1}/"), 404)


class TestAssign:
    def test_to_oneself_to_a_colleague_and_back(self, cx, noon):
        case, priya = one_case(at=noon), person("cx", "priya")

        answers = [
            cx.post(f"exceptions/{case.pk}/assign/", {"to": to, "version": version})
            for version, to in enumerate(("me", "priya", "none"), start=1)
        ]

        assert [answer.json()["assignee"] for answer in answers] == ["cx-exceptions:read-exceptions:write", priya.username, None]
        assert AuditEntry.objects.filter(verb="case assigned").count() == 2

    def test_nobody_of_that_name(self, cx, noon):
        case = one_case(at=noon)

        told = is_problem(cx.post(f"exceptions/{case.pk}/assign/", {"to": "nobody at all", "version": 1}), 422)

        assert told["errors"] == [{"field": "to", "detail": "There is nobody of this name at a desk."}]

    def test_the_second_to_save_is_told_who_was_quicker_and_what_differs(self, cx, noon):
        case, priya = one_case(at=noon), person("cx", "priya")
        Caller(key(priya, "exceptions:write")).post(f"exceptions/{case.pk}/assign/", {"to": "me", "version": 1})

        told = is_problem(cx.post(f"exceptions/{case.pk}/assign/", {"to": "me", "version": 1}), 409, "stale")

        assert ("priya was quicker" in told["detail"], told["version"]) == (True, 2)
        assert told["difference"] == [{"field": "assignee", "yours": "cx-exceptions:read-exceptions:write", "theirs": "priya"}]
        assert ExceptionCase.objects.get().assignee == priya

    @pytest.mark.parametrize("version", [0, -1, 2**31, 10**30, "1", 1.5, None, True])
    def test_a_version_that_cannot_be(self, cx, noon, version):
        case = one_case(at=noon)

        told = is_problem(cx.post(f"exceptions/{case.pk}/assign/", {"to": "me", "version": version}), 422)

        assert told["errors"][0]["field"] == "version"


class TestSnooze:
    def test_until_a_time_with_a_reason_past_the_cut_off(self, cx):
        now = timezone.now()
        case = one_case(at=now, due_at=now + timedelta(hours=1))
        past = {"until": (now + timedelta(hours=3)).isoformat(), "version": 1}

        refused = cx.post(f"exceptions/{case.pk}/snooze/", past)
        done = cx.post(f"exceptions/{case.pk}/snooze/", past | {"reason": "The customer is abroad"})

        assert is_problem(refused, 422)["errors"][0]["field"] == "reason"
        assert done.json()["snoozed_until"] is not None
        assert ids(cx.get("exceptions/", state="snoozed")) == [case.pk]

    @pytest.mark.parametrize("until", ["yesterday", "2020-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", 5, None, "9999-99-99"])
    def test_a_time_that_cannot_be(self, cx, noon, until):
        case = one_case(at=noon)

        told = is_problem(cx.post(f"exceptions/{case.pk}/snooze/", {"until": until, "reason": "x", "version": 1}), 422)

        assert told["errors"][0]["field"] == "until"


class TestWaive:
    def test_what_blocks_an_order_is_waived_by_nobody(self, cx, noon):
        case = one_case(at=noon)

        told = is_problem(cx.post(f"exceptions/{case.pk}/waive/", {"reason": "It is fine", "version": 1}), 409, "refused")

        assert "Nobody may waive" in told["detail"]

    def test_what_may_be_accepted_closes_with_its_reason(self, noon):
        case = one_case(at=noon, code="ORD-STUCK", evidence={"field": "acs_status", "fault": "no_movement"})
        warehouse = of_role("warehouse", "exceptions:write")

        answer = warehouse.post(f"exceptions/{case.pk}/waive/", {"reason": "ACS counts stock today", "version": 1})

        case.refresh_from_db()
        assert (answer.json()["state"], case.closed_why) == ("waived", "ACS counts stock today")


class TestNote:
    def test_it_is_kept_as_typed(self, cx, noon):
        case = one_case(at=noon)

        answer = cx.post(f"exceptions/{case.pk}/note/", {"text": "<b>Rang</b> at 12 ‮"})

        assert (answer.status_code, CaseNote.objects.get().text) == (200, "<b>Rang</b> at 12 ‮")

    @pytest.mark.parametrize("text", ["", "  ", "\x00", "x" * 5001, 7, None, ["x"], "\ud800"])
    def test_what_cannot_be_kept(self, cx, noon, text):
        case = one_case(at=noon)

        assert is_problem(cx.post(f"exceptions/{case.pk}/note/", {"text": text}), 422)["errors"][0]["field"] == "text"
        assert not CaseNote.objects.exists()


@pytest.mark.parametrize("act", ["assign", "snooze", "waive", "note"])
def test_who_may_not_in_the_queue_may_not_here(noon, act):
    case = one_case(at=noon)
    viewer, reader = of_role("viewer", "exceptions:write"), of_role("cx", "exceptions:read")

    answers = [caller.post(f"exceptions/{case.pk}/{act}/", {}) for caller in (viewer, reader)]

    assert [is_problem(answer, 403)["code"] for answer in answers] == ["permission_denied", "scope"]
