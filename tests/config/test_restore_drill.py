"""The drill of docs/running.md on a real dump: it passes on a backup that is whole, and stops at what is wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from config.environment import BASE_DIR
from config.postgres import binaries
from exceptions_queue import audit
from partners.jobs import BEAT
from partners.models import Feed, Heartbeat

FEED = "store.orders"
BEAT_AT = datetime(2026, 6, 9, 2, 0, tzinfo=UTC)


def address(name: str) -> str:
    told = connection.settings_dict
    return f"postgres://{told['USER']}@{told['HOST']}:{told['PORT']}/{name}"


@pytest.fixture
def head(transactional_db: None) -> str:
    """A night's work, sealed: the cluster was watched, and had its beat when the dump was taken, long ago."""
    audit.record("tried", Feed.objects.create(name=FEED), actor="system:test", at=BEAT_AT)
    audit.seal(at=timezone.now())
    Heartbeat.objects.create(name=BEAT, asked_at=BEAT_AT, beat_at=BEAT_AT)
    return audit.head()


@pytest.fixture
def scratch(transactional_db: None) -> Iterator[str]:
    """An empty database beside the one in operation."""
    name = f"{connection.settings_dict['NAME']}_drill"
    with psycopg.connect(address("postgres"), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}"')
        yield address(name)
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def dump(head: str, tmp_path: Path) -> Path:
    path = tmp_path / "lockstep.dump"
    run("pg_dump", "--format=custom", f"--file={path}", address(connection.settings_dict["NAME"]))
    return path


def run(tool: str, *arguments: str) -> None:
    tools = binaries()
    assert tools is not None
    subprocess.run([tools / tool, *arguments], check=True, capture_output=True)


def drill(**told: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": f"{binaries()}:{os.environ['PATH']}", "PYTHON": sys.executable, "SECRET_KEY": "only-for-a-drill-" + "x" * 40}
    script = BASE_DIR / "docs" / "restore-drill.sh"
    return subprocess.run(["bash", script], env=os.environ | own | told, capture_output=True, text=True, check=False)


@pytest.mark.postgres
def test_a_whole_backup_passes_as_things_stood_when_it_was_taken(dump: Path, scratch: str, head: str):
    done = drill(DUMP=str(dump), DRILL=scratch, TAKEN_AT=(BEAT_AT + timedelta(seconds=30)).isoformat(), HEAD=head)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"The audit chain holds: 1 entries sealed, head {head}." in done.stdout
    assert "The drill passed in" in done.stdout


@pytest.mark.postgres
def test_a_backup_without_what_the_log_saw_sealed_is_an_incident(dump: Path, scratch: str):
    done = drill(DUMP=str(dump), DRILL=scratch, TAKEN_AT=BEAT_AT.isoformat(), HEAD="f" * 64)

    assert done.returncode != 0
    assert "does not pass through" in done.stderr
    assert "ok " not in done.stdout


@pytest.mark.postgres
def test_a_backup_with_a_broken_invariant_stops_the_drill(dump: Path, scratch: str, head: str):
    done = drill(DUMP=str(dump), DRILL=scratch, TAKEN_AT=(BEAT_AT + timedelta(hours=1)).isoformat(), HEAD=head)

    assert done.returncode != 0
    assert "BROKEN config: I23 the cluster beats" in done.stdout
    assert "The drill passed" not in done.stdout


@pytest.mark.django_db
def test_the_chain_passes_through_every_head_it_had_and_no_other(capsys):
    feed = Feed.objects.create(name=FEED)
    heads = [audit.head()]
    for _ in range(2):
        audit.record("tried", feed, actor="system:test", at=timezone.now())
        audit.seal(at=timezone.now())
        heads.append(audit.head())

    for each in heads:
        call_command("verify_audit", "--head", each)

    with pytest.raises(CommandError, match="does not pass through"):
        call_command("verify_audit", "--head", "f" * 64)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["yesterday", "2026-11-20T02:00:00", "2026-13-40T02:00:00Z", ""])
def test_a_moment_without_its_offset_is_said(typed: str):
    with pytest.raises(CommandError, match="is no moment"):
        call_command("verify", "--at", typed)
