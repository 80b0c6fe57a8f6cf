"""Every reconcile on one page: when it last ran, what it counted, what differs, and who may have it run."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from config.reconciles import days
from config.reconciles.gathered import Line, lines
from config.reconciles.registry import RECONCILES
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from orders.actions.integrity import run_integrity
from orders.actions.reconciling import run_reconcile
from orders.models import Order
from orders.states import OrderState
from partners.models import Feed, JobRun
from tests.config.people import load_roles
from tests.exceptions_queue.builders import open_many
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MANIFESTS = "orders.tasks.match_manifests"


@pytest.fixture(autouse=True)
def shopfloor(settings, db):
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    load_roles()
    make_shopfloor()


def person(role: str) -> User:
    user = User.objects.create(username=role)
    user.groups.set(Group.objects.filter(name=role))
    return user


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def found(role: str = "integration") -> dict[str, Line]:
    user = User.objects.filter(username=role).first() or person(role)
    return {line.reconcile.key: line for line in lines(user=user, at=NOON)}


def ended(job: str, *, ago: timedelta, state: str = "ok") -> JobRun:
    at = NOON - ago
    told = {"state": state, "started_at": at, "heartbeat_at": at, "finished_at": at, "lease_until": at}
    return JobRun.objects.create(job=job, window=str(at), **told)


def despatched(count: int = 1) -> list[Order]:
    then = NOON - 2 * DAY
    standing = {"state": OrderState.RELEASED, "released_at": then, "acs_status": "despatched", "acs_status_since": then}
    return [make_order(**standing) for _ in range(count)]


def test_every_reconcile_has_its_task_in_the_timetable():
    assert [each.key for each in RECONCILES if each.task.path != each.job] == []


def test_before_anything_has_run_each_says_so_and_none_has_found_anything():
    shown = found()

    assert {key: line.state[2] for key, line in shown.items() if key != "ledger"} == dict.fromkeys(
        ("orders", "lockers", "manifests", "stock"), "Not run yet"
    )
    assert [line.counted.differ for line in shown.values()] == [0] * 5
    assert shown["orders"].counted.compared is None


def test_without_a_ledger_its_line_says_so_and_is_not_offered():
    line = found()["ledger"]

    assert (line.state[2], line.note, line.run) == ("Not connected", "No ledger is connected.", "")


def test_runs_say_what_they_counted_and_lead_to_their_rows():
    despatched(2)
    run_reconcile(actor="system:test", at=NOON - timedelta(hours=1))
    run_integrity(actor="system:test", at=NOON - timedelta(hours=2))

    shown = found()

    assert (shown["orders"].counted[:3], shown["orders"].state[2]) == ((2, 2, "/reconciles/orders/#found"), "On time")
    assert shown["lockers"].counted.url.startswith("/integrity/")
    assert [day.tone for day in shown["orders"].counted.days[-2:]] == ["quiet", "bad"]
    assert shown["orders"].counted.days[-1].title == "2 of 2 differed"


def test_a_task_that_ran_long_ago_is_late_and_one_that_failed_since_says_that():
    ended(MANIFESTS, ago=timedelta(hours=5))
    assert found()["manifests"].state[2] == "Late"

    ended(MANIFESTS, ago=timedelta(hours=1), state="failed")
    assert found()["manifests"].state[2] == "Failed"

    ended(MANIFESTS, ago=timedelta(minutes=10))
    assert found()["manifests"].state[2] == "On time"


def test_cases_are_counted_as_they_stood_at_the_end_of_each_day():
    open_many(2, at=NOON - 3 * DAY, code=Code.MAN_UNMATCHED)
    ExceptionCase.objects.filter(pk=ExceptionCase.objects.earliest("pk").pk).update(state="cured", closed_at=NOON - DAY)

    counts = days.open_cases([Code.MAN_UNMATCHED], at=NOON)["MAN-UNMATCHED"]

    assert (len(counts), counts[-5:]) == (days.DAYS, [0, 2, 2, 1, 1])
    assert found()["manifests"].counted.differ == 1
    assert found()["manifests"].counted.url == "/queue/?code=MAN-UNMATCHED"


def test_the_page_costs_the_same_statements_with_three_and_with_thirty_of_everything():
    counts = []
    client = signed_in("viewer")
    client.get("/reconciles/")
    for size in (3, 30):
        despatched(size)
        open_many(size, at=NOON - DAY - timedelta(minutes=size), code=Code.JRN_MISMATCH)
        run_reconcile(actor="system:test", at=NOON + timedelta(minutes=size))
        ended(MANIFESTS, ago=timedelta(minutes=size))
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/reconciles/").status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_lines_cost_nine_statements(django_assert_num_queries):
    user = User.objects.get(pk=person("integration").pk)
    user.get_all_permissions()

    with django_assert_num_queries(9):
        lines(user=user, at=NOON)


def test_who_may_run_feeds_has_a_worker_run_it_and_nobody_else_is_offered_it():
    admin, viewer = signed_in("integration"), signed_in("viewer")

    answer = admin.post("/reconciles/run/manifests/", follow=True)

    assert "a worker compares them now" in answer.content.decode()
    assert [task.task["args"] for task in OrmQ.objects.all()] == [(MANIFESTS,)]
    assert viewer.post("/reconciles/run/manifests/").status_code == 403
    assert "Run now" not in viewer.get("/reconciles/").content.decode()


def test_what_cannot_run_says_why_and_what_is_not_there_is_not_found():
    admin = signed_in("integration")

    refused = admin.post("/reconciles/run/ledger/", follow=True)

    assert "it cannot run. No ledger is connected." in refused.content.decode()
    assert admin.post("/reconciles/run/nonsense/").status_code == 404
    assert not OrmQ.objects.exists()


def test_today_and_the_system_audit_lead_to_it():
    client = signed_in("integration")
    Feed.objects.create(name="store.orders")

    assert 'href="/reconciles/"' in client.get("/system-audit/").content.decode()
    assert "What is compared with what" in client.get("/").content.decode()
