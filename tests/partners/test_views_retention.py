"""How long things are kept: an admin says it with a reason, within bounds, and the next night goes by it."""

from datetime import timedelta

import pytest

from exceptions_queue.models import AuditEntry
from partners import retention
from partners.models import JobRun, RawPayload, RetentionPeriod
from partners.queries.retention import periods
from partners.rules.retention import KEPT
from tests.callers import load_roles, person
from tests.partners.builders import make_feed, make_run

pytestmark = pytest.mark.django_db
PAGE, SAVE = "/settings/retention/", "/settings/retention/raw/"


@pytest.fixture
def ines(client):
    load_roles()
    client.force_login(person("integration", "ines"))
    return client


@pytest.fixture
def reader(client):
    load_roles()
    client.force_login(person("viewer", "reader"))
    return client


def test_everything_that_is_kept_has_its_first_period():
    assert dict(RetentionPeriod.objects.values_list("what", "days")) == {kept.key: kept.days for kept in KEPT}


def test_the_page_says_what_each_is_and_how_long(ines):
    page = ines.get(PAGE).content.decode()

    assert all(kept.label in page and kept.went.split(".")[0].split(":")[0][:40] in page for kept in KEPT)
    assert page.count("Keep it so long") == len(KEPT)


def test_who_may_only_look_sees_no_form(reader):
    assert "Keep it so long" not in reader.get(PAGE).content.decode()
    assert reader.post(SAVE, {"days": 14, "reason": "Less"}).status_code == 403


def test_when_it_last_ran_and_how_much_went(ines, noon):
    for age, count in ((2, 9), (1, 4)):
        at = noon - timedelta(days=age)
        JobRun.objects.create(
            job="partners.tasks.purge",
            window=str(age),
            state="ok",
            started_at=at,
            heartbeat_at=at,
            lease_until=at,
            finished_at=at,
            result={"payloads": count, "bodies": 2, "runs": 1},
        )

    shown = {period.kept.key: (period.last_at, period.last_count) for period in periods()}

    assert shown["raw"] == (noon - timedelta(days=1), 6)
    assert (shown["runs"][1], shown["labels"]) == (1, (None, 0))
    assert "6 went" in ines.get(PAGE).content.decode()


def test_a_shorter_period_is_saved_with_its_reason_and_gone_by(ines, noon):
    run = make_run(make_feed(), noon - timedelta(days=20))
    RawPayload.objects.create(run=run, source="GET /", body=b"", size=0, sha256="", received_at=noon - timedelta(days=20))

    ines.post(SAVE, {"days": "14", "reason": "Minimise"})

    row = RetentionPeriod.objects.get(what="raw")
    entry = AuditEntry.objects.get(verb="retention changed")
    assert (row.days, row.changed_by.username) == (14, "ines")
    assert (entry.before, entry.after, entry.reason) == ({"days": 30}, {"days": 14}, "Minimise")
    assert retention.purge(at=noon)["payloads"] == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"days": "6"}, "can be kept for 7 to 60 days"),
        ({"days": "61"}, "can be kept for 7 to 60 days"),
        ({"days": "soon"}, "Enter a whole number"),
        ({"days": "9" * 30}, "less than or equal to"),
        ({"days": "30"}, "for 30 days already"),
        ({"reason": " "}, "This field is required"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(ines, wrong, sentence):
    answer = ines.post(SAVE, {"days": "14", "reason": "Minimise", **wrong})

    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert RetentionPeriod.objects.get(what="raw").days == 30


def test_nothing_is_kept_by_another_name(ines):
    assert ines.post("/settings/retention/everything/", {"days": "14", "reason": "x"}).status_code == 404


def test_without_a_row_the_first_value_counts():
    RetentionPeriod.objects.all().delete()

    assert retention.days("raw") == 30


def test_the_page_costs_two_statements_however_often_the_jobs_ran(noon, django_assert_num_queries):
    for number in range(30):
        at = noon - timedelta(hours=number)
        JobRun.objects.create(
            job="partners.tasks.purge", window=str(number), state="ok", started_at=at, heartbeat_at=at, lease_until=at, finished_at=at
        )

    with django_assert_num_queries(2):
        assert len(periods()) == len(KEPT)
