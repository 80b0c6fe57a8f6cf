"""The audit record: written with the act, sealed in a chain, refused any change by the database."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from exceptions_queue import audit
from exceptions_queue.filters import AuditFilter
from exceptions_queue.models import AuditEntry, AuditSeal, Site
from tests.exceptions_queue.builders import make_site, make_user

GUARD = import_module("exceptions_queue.migrations.0002_append_only")

pytestmark = pytest.mark.django_db


@pytest.fixture
def guard():
    """The append-only guard, inside the test's own transaction."""
    GUARD.install_triggers(connection.schema_editor())  # not entered: SQLite's editor cannot open inside a transaction


def entries(number, noon):
    site = make_site("shed")
    audit.record_many("site looked at", [(Site, site.pk, f"Shed {n}") for n in range(number)], actor="system:test", at=noon)


def test_an_entry_freezes_actor_and_subject_as_text(noon):
    priya, site = make_user("priya"), make_site("shed")

    entry = audit.record("site changed", site, actor=priya, at=noon, before={"name": "a"}, after={"name": "b"}, reason="moved")

    assert (entry.actor_id_text, entry.actor_label, entry.subject_label) == (str(priya.pk), "priya", "shed")
    assert (entry.before, entry.after, entry.reason, entry.at) == ({"name": "a"}, {"name": "b"}, "moved", noon)


def test_the_system_is_an_actor_too(noon):
    entry = audit.record("site changed", make_site("shed"), actor="system:release", at=noon)

    assert (entry.actor_id_text, entry.actor_label) == ("", "system:release")


def test_a_digest_tells_equal_from_different_and_shows_no_value():
    assert audit.digest("07700 900123") == audit.digest("07700 900123") != audit.digest("07700 900124")
    assert "900123" not in audit.digest("07700 900123")


def test_the_seal_chains_every_entry_once(noon):
    entries(5, noon)

    assert audit.seal(at=noon, limit=3) == 3
    assert audit.seal(at=noon) == 2
    assert audit.seal(at=noon) == 0

    seals = list(AuditSeal.objects.order_by("seq"))
    assert [row.seq for row in seals] == [1, 2, 3, 4, 5]
    assert [row.previous_hash for row in seals] == [audit.GENESIS, *(row.hash for row in seals[:-1])]
    assert audit.verify() == audit.ChainReport(sealed=5, unsealed=0, oldest_unsealed_at=None, head=seals[-1].hash, broken=None)


def test_sealing_takes_the_same_statements_for_many(noon, django_assert_num_queries):
    entries(1, noon)
    audit.seal(at=noon)
    entries_more = [(Site, 1, f"Shed {n}") for n in range(20)]
    audit.record_many("site looked at", entries_more, actor="system:test", at=noon)

    with django_assert_num_queries(5 if connection.vendor == "sqlite" else 6):  # savepoint, [lock,] head, entries, insert, release
        audit.seal(at=noon)


def test_verify_says_how_many_are_not_sealed_and_since_when(noon):
    entries(2, noon)
    audit.seal(at=noon)
    audit.record("site changed", Site.objects.get(key="shed"), actor="system:test", at=noon + timedelta(minutes=3))

    report = audit.verify()

    assert (report.holds, report.sealed, report.unsealed) == (True, 2, 1)
    assert report.oldest_unsealed_at == noon + timedelta(minutes=3)


@pytest.mark.parametrize(
    ("column", "value"), [("reason", "another"), ("actor_label", "mallory"), ("verb", "x"), ("after", {"a": 1}), ("subject_id", 99)]
)
def test_a_changed_entry_breaks_the_chain_where_it_stands(noon, column, value):
    entries(3, noon)
    audit.seal(at=noon)
    second = AuditSeal.objects.get(seq=2)
    AuditEntry.objects.filter(pk=second.entry_id).update(**{column: value})

    report = audit.verify()

    assert not report.holds
    assert (report.broken.seq, report.broken.entry_id) == (2, second.entry_id)
    assert report.broken.why == "The entry was changed after it was sealed."


def test_a_removed_seal_is_missed(noon):
    entries(3, noon)
    audit.seal(at=noon)
    AuditSeal.objects.filter(seq=2).delete()

    assert audit.verify().broken == audit.Broken(2, None, "Seal 2 is missing: the next one found is 3.")


def test_a_late_commit_with_a_low_id_is_sealed_after_all(noon):
    entries(3, noon)
    audit.seal(at=noon)
    late = AuditEntry.objects.order_by("id").first().pk - 1
    AuditEntry.objects.create(id=late, subject_type_id=1, subject_id=1, subject_label="late", at=noon, actor_label="x", verb="late")

    assert audit.seal(at=noon) == 1
    assert AuditSeal.objects.get(seq=4).entry_id == late
    assert audit.verify().holds


@pytest.mark.parametrize("act", ["update", "delete", "replace"])
def test_the_database_refuses_to_change_an_entry(noon, guard, act):
    entries(1, noon)
    entry = AuditEntry.objects.get()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        {
            "update": lambda: AuditEntry.objects.update(reason="another"),
            "delete": lambda: AuditEntry.objects.filter(pk=entry.pk)._raw_delete("default"),
            "replace": lambda: overwrite(entry),
        }[act]()
    entry.refresh_from_db()
    assert entry.reason == ""


def overwrite(entry):
    """The way round an UPDATE: insert over the same key."""
    row = "(id, subject_type_id, subject_id, subject_label, at, actor_id_text, actor_label, verb, before, after, reason)"
    values = [entry.pk, entry.subject_type_id, 1, "", entry.at, "", "", "", "{}", "{}", "another"]
    marks = f"exceptions_queue_auditentry {row} VALUES ({', '.join(['%s'] * len(values))})"
    replace = {"sqlite": f"INSERT OR REPLACE INTO {marks}"}
    upsert = f"INSERT INTO {marks} ON CONFLICT (id) DO UPDATE SET reason = 'another'"
    with connection.cursor() as cursor:
        cursor.execute(replace.get(connection.vendor, upsert), values)


def test_the_database_refuses_to_change_a_seal(noon, guard):
    entries(1, noon)
    audit.seal(at=noon)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditSeal.objects.update(hash="0")


@pytest.mark.postgres
def test_postgresql_refuses_to_truncate(guard):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE exceptions_queue_auditseal")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sealers_that_meet_leave_one_unbroken_chain(noon, race):
    entries(40, noon)

    outcomes = race(lambda _: audit.seal(at=noon, limit=10), range(4))

    assert outcomes == ["ok"] * 4
    assert (audit.verify().holds, audit.verify().sealed) == (True, 40)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({"actor": "priya"}, "audit_of_an_actor"),
        ({"verb": "roles changed"}, "audit_of_a_verb"),
        ({"subject": "Shed 777"}, "audit_of_a_label"),
        ({"order": "LS-777"}, "audit_of_a_label"),
    ],
)
def test_a_rare_name_among_many_acts_is_looked_up_and_not_read_for(noon, asked, index):
    entries(20_000, noon)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE exceptions_queue_auditentry")

    plan = AuditFilter(asked, AuditEntry.objects.all()).qs.order_by("-at", "-id")[:51].explain()

    assert index in plan
    assert "Seq Scan on exceptions_queue_auditentry" not in plan
