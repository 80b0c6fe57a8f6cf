"""Whoever hangs up in the middle of a long export leaves nothing open in the database, and the next export is whole."""

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.http import StreamingHttpResponse
from django.test import RequestFactory
from django.urls import resolve

from exceptions_queue import audit
from exceptions_queue.models import AuditEntry
from tests.exceptions_queue.builders import make_site, make_user, open_many

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ROWS = 2_100  # more than the chunk in which they are read


def cursors() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE name <> ''")
        return int(cursor.fetchone()[0])


@pytest.fixture
def reader() -> User:
    return make_user("ada", "view_auditentry", "export_auditentry", "view_exceptioncase", "export_exceptioncase", role="viewer")


def asked(path: str, reader: User) -> StreamingHttpResponse:
    request = RequestFactory().get(path)
    request.user = reader
    return resolve(path).func(request)


def hang_up(answer: StreamingHttpResponse) -> None:
    """What the server does then, but for the connection: that is the test's."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def fill(path: str, *, at: datetime) -> None:
    if path == "/queue/export.csv":
        open_many(ROWS, at=at)
        return
    entry = audit.record("tried", make_site("shed"), actor="system:test", at=at)
    facts = {field.attname: getattr(entry, field.attname) for field in AuditEntry._meta.concrete_fields if not field.primary_key}
    AuditEntry.objects.bulk_create(AuditEntry(**facts) for _ in range(ROWS - 1))


@pytest.mark.parametrize("path", ["/audit/export.csv", "/queue/export.csv"])
def test_whoever_hangs_up_leaves_no_cursor_and_the_next_export_is_whole(path: str, reader: User, noon: datetime):
    fill(path, at=noon)
    cut_short = asked(path, reader)
    sent = iter(cut_short.streaming_content)
    lines = [next(sent), next(sent)]
    open_meanwhile = cursors()

    hang_up(cut_short)

    assert (all(lines), open_meanwhile, cursors(), list(sent)) == (True, 1, 0, [])
    assert sum(1 for _ in asked(path, reader).streaming_content) == ROWS + 1
