"""What every test may ask for: a known instant, races between connections, the gate of the PostgreSQL tests."""

import os
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from tests.postgres import Race, is_postgres
from tests.processes import migrated, processes  # noqa: F401 - fixtures, here so that a run migrates one file, not one for each module

# The browser's driver is large and comes with the group e2e only; .ci/run installs it and fails when these tests are missing.
collect_ignore = [] if find_spec("axe_playwright_python") else ["browser"]

DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback", "live_server"}

# How fast the machine is, is not what a property is about.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("desk")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database without its append-only guard: Django empties tables between transactional tests.

    The tests of the guard install it again inside their own transaction.
    """
    guards = ("exceptions_queue.migrations.0002_append_only", "orders.migrations.0019_erasing")
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for guard in guards:
            import_module(guard).remove_triggers(editor)


@pytest.fixture(autouse=True)
def cold_cache() -> None:
    """What an earlier test left in the cache may run out in the middle of this one: a statement more than was counted."""
    cache.clear()


@pytest.fixture
def noon() -> datetime:
    """A Tuesday noon in London summer: 11:00 UTC, five and a half hours before the collection."""
    return datetime(2026, 6, 9, 11, 0, tzinfo=UTC)


@pytest.fixture
def race() -> Race:
    """Call a function from several database connections at once; needs `django_db(transaction=True)` and PostgreSQL."""
    return Race()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded partner data beside the project."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "data").is_dir():
        missing(f"{folder} is not there")
    return folder


def missing(what: str) -> None:
    """Skip on a machine of one's own; fail in CI, where nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked `postgres` fails on another database: a race that SQLite hides must never pass by skipping."""
    if item.get_closest_marker("postgres") and not is_postgres():
        pytest.fail("needs PostgreSQL: python -m tests.postgres pytest -m postgres", pytrace=False)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks for no database is the same beside any: .ci/run has it run once, with the README's command."""
    for item in items:
        asks = item.get_closest_marker("django_db") or DATABASE & set(getattr(item, "fixturenames", ()))
        if not asks and not item.get_closest_marker("postgres"):
            item.add_marker("once")
