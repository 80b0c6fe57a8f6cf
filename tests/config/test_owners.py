"""Who owns what: the catalogue against the roles, for whoever wants to know whom to ask."""

import re
from html import unescape

import pytest

from config.owners import ACTING, part_of
from config.roles import ROLES
from exceptions_queue.catalogue import CATALOGUE
from tests.config.people import load_roles, make_person, sign_in
from tests.exceptions_queue.builders import open_many

pytestmark = pytest.mark.django_db
PAGE = "/reference/owners/"


@pytest.fixture
def reader():
    load_roles()
    return sign_in(make_person("tom", "viewer"))


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_kind_has_a_role_that_acts_first(code):
    assert [role.name for role in ACTING if part_of(role, CATALOGUE[code]).startswith("Acts first")]


@pytest.mark.parametrize(
    ("role", "code", "part"),
    [
        ("cx", "VAL-MOB-FORMAT", "Acts first"),
        ("viewer", "VAL-MOB-FORMAT", ""),
        ("finance", "VAL-MOB-FORMAT", ""),
        ("finance_manager", "JRN-MISMATCH", "Acts first"),
        ("warehouse", "JRN-MISMATCH", ""),
    ],
)
def test_a_role_has_the_part_that_catalogue_and_permissions_give_it(role, code, part):
    assert part_of(ROLES[role], CATALOGUE[code]).partition(",")[0] == part


def test_every_kind_is_a_line_with_its_open_cases(reader, noon):
    open_many(3, at=noon)
    html = unescape(reader.get(PAGE).content.decode())

    assert all(kind.title in html for kind in CATALOGUE.values())
    assert re.search(r'<a href="/queue/\?code=VAL-MOB-FORMAT" data-count="3">3</a>', html)


def test_one_role_sees_the_kinds_it_has_a_part_in(reader):
    html = unescape(reader.get(f"{PAGE}?role=finance").content.decode())

    assert CATALOGUE["JRN-MISMATCH"].title in html
    assert CATALOGUE["VAL-MOB-FORMAT"].title not in html
    assert reader.get(f"{PAGE}?role=nobody").content.decode().count("<tr>") == len(CATALOGUE) + 1


def test_a_role_without_a_part_is_told_so(reader):
    assert "has no part in any kind" in reader.get(f"{PAGE}?role=viewer").content.decode()


def test_the_page_of_a_code_is_not_hidden_by_it(reader):
    assert reader.get("/reference/val-name/").status_code == 200
