"""Processes of their own, on a database file of their own: for tests that kill them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PRELUDE = "import django; django.setup()\nfrom datetime import datetime\n"
MIGRATE = "from django.core.management import call_command; call_command('migrate', verbosity=0)"


def python(code: str, database: Path, **more: str) -> int:
    env = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "only-for-a-database-file-thrown-away-at-the-end-of-a-test",
        **more,
    }
    return subprocess.run([sys.executable, "-c", PRELUDE + code], env=env, check=False, timeout=60).returncode


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("migrated") / "db.sqlite3"
    assert python(MIGRATE, database) == 0
    return database


@pytest.fixture
def processes(migrated: Path, tmp_path: Path) -> Callable[..., int]:
    """Run Python code in a process of its own, with settings from keyword arguments; its exit code comes back."""
    database = tmp_path / "db.sqlite3"
    shutil.copy(migrated, database)
    return lambda code, **more: python(code, database, **more)
