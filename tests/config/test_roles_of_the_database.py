import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from exceptions_queue import audit
from exceptions_queue.models import AuditEntry
from partners.models import Feed

ROLE = "lockstep_app_in_a_test"


@pytest.fixture
def app_role(db):
    """The application's own role, as `grant_app_role` leaves it; roles are created in the test's transaction and vanish with it."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        call_command("grant_app_role", ROLE)
        cursor.execute(f"SET ROLE {ROLE}")
        yield ROLE
        cursor.execute("RESET ROLE")


@pytest.mark.postgres
@pytest.mark.parametrize("verb", ["UPDATE exceptions_queue_auditentry SET verb = 'x'", "DELETE FROM exceptions_queue_auditentry"])
def test_the_application_can_add_to_the_audit_log_and_change_nothing_in_it(app_role, verb):
    feed = Feed.objects.create(name="store.orders")
    audit.record("tried", feed, actor="system:test", at=timezone.now())

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)

    assert AuditEntry.objects.count() == 1


@pytest.mark.postgres
def test_the_application_can_seal_what_it_wrote(app_role):
    audit.record("tried", Feed.objects.create(name="store.orders"), actor="system:test", at=timezone.now())

    assert audit.seal(at=timezone.now()) == 1
