"""The audit log: every act, the newest first, and the check of its chain."""

import re
from datetime import timedelta

import pytest

from exceptions_queue import audit
from exceptions_queue.models import AuditEntry, Site
from tests.exceptions_queue.builders import make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client):
    user = make_user("viewer", "view_auditentry", role="viewer")
    client.force_login(user)
    return user


def write(number, noon, **more):
    site = make_site("shed")
    for n in range(number):
        audit.record(f"act {n}", site, **{"actor": "system:test", "at": noon + timedelta(seconds=n), **more})


def verbs(html):
    return re.findall(r'data-label="Did what">([^<]*)<', html)


def test_the_newest_act_comes_first_and_pages_go_on_by_key(client, viewer, noon):
    write(60, noon)

    first = client.get("/audit/").content.decode()
    second = client.get(re.search(r'href="([^"]+)" rel="next"', first).group(1)).content.decode()

    assert verbs(first) == [f"act {n}" for n in range(59, 9, -1)]
    assert verbs(second) == [f"act {n}" for n in range(9, -1, -1)]


@pytest.mark.parametrize(
    ("asked", "count"), [({"actor": "viewer"}, 1), ({"verb": "act 0"}, 1), ({"subject": "she"}, 2), ({"actor": "x"}, 0)]
)
def test_the_log_is_filtered_by_who_what_and_whom(client, viewer, noon, asked, count):
    write(2, noon)
    audit.record("site changed", Site.objects.get(key="acs"), actor=viewer, at=noon)

    assert len(verbs(client.get("/audit/", asked).content.decode())) == count


def test_the_log_takes_the_same_statements_at_any_length(client, viewer, noon, django_assert_max_num_queries):
    write(60, noon)
    client.get("/audit/")  # the first page of a session notes when it was used

    with django_assert_max_num_queries(5):  # session, user, permissions twice, entries
        client.get("/audit/")


def test_the_chain_is_verified_on_demand(client, viewer, noon):
    write(3, noon)
    audit.seal(at=noon)

    assert "The audit chain holds" in client.post("/audit/verify/").content.decode()

    AuditEntry.objects.filter(verb="act 1").update(reason="changed later")
    answer = client.post("/audit/verify/")
    assert answer.status_code == 409
    assert "The entry was changed after it was sealed." in answer.content.decode()


def test_only_the_newest_part_of_a_long_chain_is_walked_here(noon):
    write(5, noon)
    audit.seal(at=noon)
    AuditEntry.objects.filter(verb="act 0").update(reason="changed later")

    assert audit.verify(newest=3).holds
    assert not audit.verify(newest=5).holds
    assert not audit.verify().holds
