import psycopg
import pytest

from config import postgres
from tests.conftest import missing


@pytest.fixture(scope="module")
def server():
    with postgres.throwaway() as running:
        if not running:
            missing(running.why_not)
        yield running


def test_the_server_answers_and_makes_databases(server):
    address = postgres.create_database(server, "rooms")

    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("rooms",)


def test_a_database_like_another_has_its_rows_and_is_another(server):
    first = postgres.create_database(server, "first")
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")

    copy = postgres.create_database(server, "copy", like="first")

    with psycopg.connect(copy) as connection:
        connection.execute("INSERT INTO kept VALUES (8)")
        assert connection.execute("SELECT array_agg(number ORDER BY number) FROM kept").fetchone() == ([7, 8],)
    with psycopg.connect(first) as connection:
        assert connection.execute("SELECT array_agg(number) FROM kept").fetchone() == ([7],)


def test_a_stopped_server_leaves_no_process_and_no_files():
    with postgres.throwaway() as running:
        if not running:
            missing(running.why_not)
        assert running.home.exists()

    assert not running.home.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(running.dsn, connect_timeout=2)


def test_without_binaries_there_is_a_reason_instead_of_a_server(monkeypatch):
    monkeypatch.setattr(postgres, "binaries", lambda: None)

    with postgres.throwaway() as running:
        assert not running
        assert "initdb" in running.why_not
