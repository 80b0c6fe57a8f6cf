"""Any two versions of a mapping beside each other, by the audit log."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from config.bench.harness import statements
from partners.mappings import set_target
from partners.models import CodeMapping

pytestmark = pytest.mark.django_db


@pytest.fixture
def looking(db) -> Client:
    user = User.objects.create_user("tom")
    user.user_permissions.set(Permission.objects.filter(codename="view_codemapping"))
    client = Client()
    client.force_login(user)
    return client


def mapping_of(at: datetime, *meanings: tuple[str, bool], raw: str = "Quar-2") -> CodeMapping:
    """A status that came to mean these one after the other."""
    mapping = CodeMapping.objects.create(partner="acs", kind="stock_status", raw=raw, folded=raw.casefold())
    for number, (target, sellable) in enumerate(meanings):
        flags = {"sellable": sellable, "bucket": "reserved"}
        when = at + timedelta(hours=number)
        set_target(mapping, target=target, flags=flags, actor="system:test", at=when, version=mapping.version, reason=f"Why {number}")
    return mapping


def lines(client: Client, mapping: CodeMapping, query: str = "") -> list[tuple[str, str, str, bool]]:
    found = client.get(f"/mappings/{mapping.pk}/versions/{query}").context["lines"]
    return [(line.name, line.was, line.becomes, line.differs) for line in found]


def test_the_last_two_stand_beside_each_other_and_any_two_where_asked(looking, noon):
    mapping = mapping_of(noon, ("quarantine", False), ("ready", False), ("ready", True))

    assert lines(looking, mapping) == [
        ("means", "ready", "ready", False),
        ("bucket", "reserved", "reserved", False),
        ("sellable", "no", "yes", True),
    ]
    assert lines(looking, mapping, "?from=1&to=4") == [
        ("means", "unmapped", "ready", True),
        ("bucket", "not said", "reserved", True),
        ("sellable", "not said", "yes", True),
    ]
    assert lines(looking, mapping, "?from=3&to=2")[0] == ("means", "ready", "quarantine", True)


def test_each_version_says_by_whom_and_why(looking, noon):
    mapping = mapping_of(noon, ("quarantine", False), ("ready", True))

    page = looking.get(f"/mappings/{mapping.pk}/versions/").content.decode()

    for said in ("Version 3", "“<bdi>Why 1</bdi>”", "quarantine, not sellable", "before anybody changed it: unmapped"):
        assert said in page


@pytest.mark.parametrize("query", ["?from=99&to=0", "?from=x&to=", "?from=-1&to=1e9", "?from=²&to=%00", f"?from={'9' * 40}"])
def test_a_version_that_never_was_is_a_page_all_the_same(looking, noon, query):
    mapping = mapping_of(noon, ("quarantine", False))

    assert looking.get(f"/mappings/{mapping.pk}/versions/{query}").status_code == 200


def test_one_that_was_never_changed_has_one_version(looking, noon):
    page = looking.get(f"/mappings/{mapping_of(noon).pk}/versions/").content.decode()

    assert "they mean the same" in page


def test_the_editor_leads_there_where_there_is_something_to_compare(looking, noon):
    changed, never = mapping_of(noon, ("quarantine", False)), mapping_of(noon, raw="Never")

    page = looking.get("/mappings/?kind=stock_status").content.decode()

    assert (f"/mappings/{changed.pk}/versions/" in page, f"/mappings/{never.pk}/versions/" in page) == (True, False)


def test_thirty_versions_take_as_many_statements_as_three(looking, noon):
    asked = []
    for raw, count in (("Warm", 1), ("Three", 3), ("Thirty", 30)):
        mapping = mapping_of(noon, *[("quarantine", False), ("ready", True)] * (count // 2 + 1), raw=raw)
        with statements() as run:
            looking.get(f"/mappings/{mapping.pk}/versions/")
        asked.append(run.count)

    assert asked[1] == asked[2] <= 6
