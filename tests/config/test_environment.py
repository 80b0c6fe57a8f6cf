"""How the database is spoken to, by DATABASE_URL."""

import pytest
from django.db import connection

from config import environment


@pytest.fixture
def options(monkeypatch):
    def options(address: str) -> dict[str, object]:
        monkeypatch.setenv("DATABASE_URL", address)
        return environment.database()["OPTIONS"]

    return options


def test_a_dead_postgresql_is_noticed_in_seconds(options):
    told = options("postgres://desk:pw@db.internal/lockstep")

    waited_for_an_answer = told["keepalives_idle"] + told["keepalives_interval"] * told["keepalives_count"]
    assert (told["keepalives"], told["connect_timeout"]) == (1, 5)
    assert told["tcp_user_timeout"] <= 10_000  # milliseconds
    assert waited_for_an_answer <= 15
    assert "lock_timeout=5s" in told["options"]


def test_what_the_address_says_stands_beside_it_and_wins(options):
    told = options("postgres://desk:pw@db.internal/lockstep?sslmode=verify-full&tcp_user_timeout=3000")

    assert (told["sslmode"], int(told["tcp_user_timeout"]), told["keepalives"]) == ("verify-full", 3000, 1)


def test_sqlite_gets_none_of_it(options, tmp_path):
    assert "keepalives" not in options(f"sqlite:///{tmp_path / 'a.sqlite3'}")


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_server_s_own_library_takes_them():
    connection.ensure_connection()
    told = connection.connection.info.get_parameters()

    assert (told["tcp_user_timeout"], told["keepalives_idle"]) == ("10000", "5")
