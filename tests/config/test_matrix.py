"""Every address, every role, GET and POST: allowed where the table says so, refused everywhere else.

The table is tests/config/matrix.py. An address that is not in it fails here, and so does a line whose address is gone.
"""

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client

from config.roles import ROLES
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.catalogue.kinds import NEEDS
from tests.config.matrix import ALL, ANYBODY, LETTERS, MATRIX, NOT_BY_SESSION, SIGNED_IN
from tests.config.people import load_roles
from tests.config.routes import routes

pytestmark = pytest.mark.django_db

ADDRESSES = routes()
OURS = {name: url for name, url in ADDRESSES.items() if not url.startswith("/admin/")}
KNOWN = {name: url for name, url in OURS.items() if name in MATRIX}  # an unknown one fails in one test, not in all
REFUSED = {401, 403}
PASSWORD = make_password("correct-horse-battery")  # once: a good hash is slow


@pytest.fixture(autouse=True)
def loaded():
    cache.clear()
    load_roles()


def signed_in(role: str) -> Client:
    """Somebody of one role, or of none."""
    user = User.objects.create(username=role, password=PASSWORD)
    user.groups.set(Group.objects.filter(name=role))
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_every_address_is_in_the_table_and_every_line_has_its_address():
    assert sorted(OURS.keys() ^ MATRIX.keys()) == []


def test_the_table_knows_the_roles_that_there_are():
    assert (set(LETTERS.values()), set(LETTERS)) == (set(ROLES), set(ALL))


@pytest.mark.parametrize("name", sorted({fix.url_name for kind in CATALOGUE.values() for fix in kind.fixes}))
def test_a_fix_is_offered_to_exactly_those_who_may_open_it(name):
    offered = {letter for letter, role in LETTERS.items() if NEEDS[name] in ROLES[role].permissions}

    assert offered == set(MATRIX[name].get or "")


def fault(name: str, method: str, who: str, allowed: str | None, status: int) -> str:
    """What is wrong with this answer, or ""."""
    letter = next((letter for letter, role in LETTERS.items() if role == who), "-")
    may = allowed in (SIGNED_IN, ANYBODY) or (allowed not in (None, NOT_BY_SESSION) and letter in allowed)
    right = status == 405 if allowed is None else status not in {*REFUSED, 405} and status != 500 if may else status in REFUSED
    return "" if right else f"{method.upper()} {name} as {who}: {status}, and the table says {allowed!r}"


@pytest.mark.parametrize("who", [*ROLES, "nobody in particular"])
def test_each_role_may_what_the_table_says_and_nothing_else(who):
    client, faults = signed_in(who), []
    session = client.cookies["lockstep"].value
    for name, url in KNOWN.items():
        may = MATRIX[name]
        for method, allowed in (("get", may.get), ("post", may.post)):
            if name == "account_logout" and method == "post":
                continue  # tried by everybody who signs out
            client.cookies["lockstep"] = session
            faults.append(fault(name, method, who, allowed, getattr(client, method)(url).status_code))

    assert [found for found in faults if found] == []


def test_without_a_session_every_address_leads_to_the_login_or_refuses(client):
    wrong = []
    for name, url in KNOWN.items():
        may = MATRIX[name]
        for method, allowed in (("get", may.get), ("post", may.post)):
            answer = getattr(client, method)(url)
            to_login = answer.status_code == 302 and answer["Location"].startswith("/account/login/")
            fine = (
                not to_login and answer.status_code not in REFUSED if allowed == ANYBODY else to_login or answer.status_code in {401, 405}
            )
            if not fine and name != "mfa_authenticate":
                wrong.append(f"{method.upper()} {name}: {answer.status_code}")

    assert wrong == []


def test_a_panel_that_is_not_ones_own_shows_nothing_of_it():
    """The same addresses as the page's script asks for them: refused with one fixed sentence and not a word of the content."""
    client, shown = signed_in("nobody in particular"), []
    for name, url in KNOWN.items():
        if MATRIX[name].get in (None, ANYBODY, SIGNED_IN, NOT_BY_SESSION) or name.startswith(("api:", "mfa")):
            continue
        answer = client.get(url, headers={"HX-Request": "true"})
        if answer.status_code != 200 or "Your role can look at this but not change it" not in answer.content.decode():
            shown.append(f"{name}: {answer.status_code}")

    assert shown == []


def test_the_admin_is_for_superusers_who_signed_in_like_everybody_else():
    everything = signed_in("cx")
    User.objects.get(username="cx").groups.set(Group.objects.all())
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss", password=None))
    addresses = [url for url in ADDRESSES.values() if url.startswith("/admin/")]

    assert len(addresses) > 20
    for url in addresses:
        for person in (everything, Client()):
            answer = person.get(url)
            assert answer.status_code in {302, 403}, url
            assert answer.status_code == 403 or answer["Location"].startswith(("/admin/", "/account/login/")), url
    assert boss.get("/admin/").status_code == 200
