"""Workers killed between any two steps, and two at once: each journal stands in the ledger once, and nothing is lost."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from partners.folder.ledger import FolderLedger
from partners.ledger import DocStatus
from returns.actions import posting
from returns.models import Journal, WriteOff
from tests.processes import PRELUDE
from tests.returns.posting.approved import approved

SEED = """
from tests.returns.posting.approved import approved
for number in range(1, 4):
    approved(number, at=datetime.fromisoformat({noon!r}))
"""
POST = """
from datetime import timedelta
from returns.tasks import post_journals
now = datetime.fromisoformat({noon!r})
clock = lambda: now
for _ in range({rounds}):
    post_journals(clock)
    now += timedelta(minutes=5)
"""
CHECK = """
from returns.models import Journal, WriteOff
assert set(WriteOff.objects.values_list("state", flat=True)) == {"verified"}, list(WriteOff.objects.values_list("state"))
assert [*Journal.objects.order_by("key").values_list("state", flat=True)] == ["verified"] * 3
"""


def posted_in(folder: Path) -> list[str]:
    docs = [doc for page in FolderLedger(folder).journals(changed_since=None) for doc in page if doc.status == DocStatus.POSTED]
    return sorted(doc.key for doc in docs)


KEYS = [f"ber:BER-260609-0000{number}:1" for number in (1, 2, 3)]


def test_workers_killed_between_any_two_steps_post_each_journal_once(processes, tmp_path, noon):
    """One after the other: the first dies with a draft laid down, the next with it posted and no receipt, the last goes on."""
    live = {"MODE": "live", "LEDGER_FOLDER": str(tmp_path / "books")}
    first, next_, last = (
        POST.format(noon=(noon + timedelta(minutes=minutes)).isoformat(), rounds=rounds) for minutes, rounds in ((0, 1), (10, 3), (30, 4))
    )

    assert processes(SEED.format(noon=noon.isoformat()) + first, LOCKSTEP_FAILPOINT="posting.drafted", **live) == -signal.SIGKILL
    assert processes(next_, LOCKSTEP_FAILPOINT="posting.posted", **live) == -signal.SIGKILL
    assert processes(last + CHECK, **live) == 0

    assert posted_in(tmp_path / "books") == KEYS


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_posting_and_receipt_on_postgresql(tmp_path, noon, folder, clock):
    for number in range(1, 4):
        approved(number, at=noon)
    env = os.environ | {
        "DATABASE_URL": _address(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "MODE": "live",
        "LEDGER_FOLDER": str(tmp_path / "books"),
        "LOCKSTEP_FAILPOINT": "posting.posted",
    }
    code = PRELUDE + POST.format(noon=noon.isoformat(), rounds=1)

    killed = subprocess.run([sys.executable, "-c", code], env=env, check=False, timeout=60).returncode
    for _ in range(4):
        clock.turn(minutes=5)
        posting.drain_journals(clock=clock)

    assert killed == -signal.SIGKILL
    assert set(WriteOff.objects.values_list("state", flat=True)) == {"verified"}
    assert posted_in(tmp_path / "books") == KEYS


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_post_each_journal_once(race, noon, folder, clock, tmp_path):
    for number in range(1, 25):
        approved(number, at=noon)

    def post(_: int) -> None:
        posting.make_journals(at=noon)
        posting.drain_journals(clock=clock)

    outcomes = race(post, range(3))
    posting.drain_journals(clock=clock)

    assert outcomes == ["ok"] * 3
    assert Journal.objects.filter(state="verified").count() == 24
    assert len(posted_in(tmp_path / "books")) == len(set(posted_in(tmp_path / "books"))) == 24


def _address() -> str:
    told = connection.settings_dict
    port = told["PORT"] or 5432
    return f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST'] or 'localhost'}:{port}/{told['NAME']}"
