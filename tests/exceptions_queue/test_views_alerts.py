"""The page of alerts: what stands open, what was said, in a constant number of questions."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exceptions_queue.actions import alerts, concerns
from exceptions_queue.actions.alerts import Concern
from exceptions_queue.states import AlertKind
from tests.exceptions_queue.builders import make_user, open_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client, noon):
    client.force_login(make_user("tom", "view_alert"))
    with time_machine.travel(noon, tick=False):
        yield client


def test_an_alert_leads_to_the_cases_it_counts(viewer, noon):
    open_many(9, at=noon)
    concerns.watch_cases(at=noon)

    page = viewer.get("/alerts/").content.decode()

    assert "9 cases for the CX desk" in page
    assert 'href="/queue/?cause=VAL-MOB-FORMAT' in page


def test_nothing_to_tell_is_said(viewer):
    assert "Nothing must be told." in viewer.get("/alerts/").content.decode()


def test_what_was_said_stands_with_its_channel(viewer, noon):
    alerts.make_equal(AlertKind.LATE, [Concern("feed:a", "The shop's orders: late", "Since 11:00.")], at=noon - timedelta(hours=1))
    alerts.tell(at=noon)

    page = viewer.get("/alerts/").content.decode()

    assert "Log" in page
    assert "Waiting" in page


@pytest.mark.parametrize("number", [3, 30])
def test_it_asks_the_same_number_of_questions_for_three_and_for_thirty(viewer, noon, number):
    concerns_now = [Concern(f"feed:{n}", f"Feed {n} is late", "Since 11:00.") for n in range(number)]
    alerts.make_equal(AlertKind.LATE, concerns_now, at=noon - timedelta(hours=1))
    alerts.tell(at=noon)
    viewer.get("/alerts/")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        viewer.get("/alerts/")

    assert len(asked) == 7
