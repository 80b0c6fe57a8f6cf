"""The operational reference: a page for every code, and all of them to print."""

import pytest

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.reference import REFERENCE
from tests.exceptions_queue.builders import make_user, open_many

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
