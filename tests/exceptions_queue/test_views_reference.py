"""The operational reference: a page for every code, and all of them to print."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import ExceptionCase, OwnershipRule
from exceptions_queue.reference import REFERENCE
from tests.exceptions_queue.builders import make_user, one_case, open_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(make_user("reader", "view_exceptioncase"))


def test_every_code_has_its_page_and_no_page_is_without_a_code():
    assert set(REFERENCE) == set(CATALOGUE)
    assert all(page.means and page.do and page.do_not and page.next for page in REFERENCE.values())


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_a_page_says_who_what_and_what_not(client, reader, code):
    html = client.get(f"/reference/{CATALOGUE[code].runbook}/").content.decode()

    for text in ("What to do", "What not to do", "What happens next", "Who acts first", "none open now"):
        assert text in html


def test_a_page_links_to_the_open_cases(client, reader, noon):
    open_many(3, at=noon)

    assert '<a href="/queue/?code=VAL-MOB-FORMAT">3 open now</a>' in client.get("/reference/val-mob-format/").content.decode()


def test_the_list_and_the_handbook_have_every_code(client, reader):
    for address in ("/reference/", "/reference/handbook/"):
        html = client.get(address).content.decode()
        assert all(kind.title.replace("'", "&#x27;") in html for kind in CATALOGUE.values())


def test_an_unknown_code_is_not_found(client, reader):
    assert client.get("/reference/no-such-code/").status_code == 404


NOW = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
MOBILE = "/reference/val-mob-format/"


def lately_of(client) -> dict[str, str]:
    """The panel of the last thirty days: what it says of each line."""
    panel = client.get(MOBILE).content.decode().partition('id="lately-title"')[2].partition("</section>")[0]
    return {name: re.sub(r"<[^>]+>", "", said) for name, said in re.findall(r"<dt>([^<]+)</dt><dd>(.*?)</dd>", panel)}


class TestLately:
    @pytest.fixture(autouse=True)
    def in_june(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def test_a_page_says_how_often_how_it_ended_and_how_long_half_of_them_took(self, client, reader):
        open_many(6, at=NOW - timedelta(days=2))
        for subject, hours, state in ((1, 1, "cured"), (2, 2, "cured"), (3, 40, "waived")):
            ended = NOW - timedelta(days=2) + timedelta(hours=hours)
            ExceptionCase.objects.filter(subject_id=subject).update(state=state, closed_at=ended)

        assert lately_of(client) == {"Opened": "6", "Closed": "3", "By itself": "2 of 3", "Half within": "2 h 0 m"}

    def test_what_it_waited_for_the_customer_is_not_counted(self, client, reader):
        open_many(1, at=NOW - timedelta(hours=5))
        ExceptionCase.objects.update(state="cured", closed_at=NOW, waited_s=4 * 3600)

        assert lately_of(client)["Half within"] == "1 h 0 m"

    def test_older_ones_and_other_codes_do_not_count(self, client, reader):
        open_many(2, at=NOW - timedelta(days=40))
        ExceptionCase.objects.filter(subject_id=1).update(state="cured", closed_at=NOW - timedelta(days=35))
        one_case(at=NOW, code="VAL-NAME", subject=9)

        assert lately_of(client) == {"Opened": "0", "Closed": "0", "By itself": "0", "Half within": "–"}

    def test_the_number_of_closed_ones_links_to_exactly_those(self, client, reader):
        open_many(3, at=NOW - timedelta(days=29))
        ExceptionCase.objects.filter(subject_id__lte=2).update(state="cured", closed_at=NOW - timedelta(days=28))
        address = re.search(r'<a href="(/queue/\?[^"]+)" data-count="2">', client.get(MOBILE).content.decode())[1]

        assert client.get(unescape(address)).content.decode().count('<tr id="case-') == 2

    @pytest.mark.parametrize("number", [3, 30])
    def test_a_page_costs_the_same_for_three_cases_and_thirty(self, client, reader, number, django_assert_num_queries):
        open_many(number, at=NOW)
        ExceptionCase.objects.filter(subject_id__lt=number).update(state="cured", closed_at=NOW)
        client.get(MOBILE)

        with django_assert_num_queries(
            11
        ):  # session, person, permissions; open now; three for thirty days; words, rules, roles; one's answer
            client.get(MOBILE)


class TestWhoseItIs:
    def test_it_names_the_rules_that_give_it_away_and_the_roles_that_can_put_it_right(self, client, reader):
        correct = Permission.objects.get(content_type__app_label="orders", codename="correct_order")
        look = Permission.objects.get(content_type__app_label="orders", codename="view_order")
        Group.objects.create(name="finance_manager").permissions.add(correct)
        Group.objects.create(name="viewer").permissions.add(look)
        rule = {"owner": "finance", "position": 1}
        OwnershipRule.objects.create(name="Dear orders", min_value_pence=50_000, **rule)
        OwnershipRule.objects.create(name="Names", code="VAL-NAME", **rule)
        OwnershipRule.objects.create(name="Asleep", enabled=False, **rule)

        html = re.sub("</?bdi>", "", client.get(MOBILE).content.decode())

        assert "CX acts first. It can be put right by: Finance manager." in html
        assert "<li>Dear orders, to Finance</li>" in html
        assert "Names, to" not in html
        assert "Asleep" not in html
