import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config import postgres
from config.bench import SCENARIOS, harness
from config.bench.databases import Databases
from config.bench.harness import Cost, Rounds


def test_every_scenario_is_a_module():
    assert [name for name in SCENARIOS if find_spec(f"config.bench.{name}") is None] == []


def test_the_ratio_is_the_median_of_the_ratios_inside_each_round():
    rounds = Rounds({"ours": [Cost(2, 1), Cost(30, 1), Cost(3, 1)], "floor": [Cost(1, 1), Cost(10, 2), Cost(1, 4)]})

    assert rounds.ratio("ours", "floor") == 3
    assert rounds.ratio("ours", "floor", "cpu") == 0.5
    assert rounds.ratio("ours", "floor", per=0.5) == 1.5


def test_fewer_than_five_rounds_are_refused():
    with pytest.raises(ValueError, match="at least 5"):
        harness.interleaved(rounds=4, ours=int)


@pytest.mark.django_db
def test_rounds_take_turns_and_start_with_another_side_each_time():
    order: list[str] = []

    harness.interleaved(ours=lambda: order.append("ours"), floor=lambda: order.append("floor"))

    assert order[:4] == ["ours", "floor", "floor", "ours"]
    assert (order.count("ours"), order.count("floor")) == (5, 5)


@pytest.mark.django_db
def test_statements_are_counted():
    with harness.statements() as seen, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute("SELECT 2")

    assert seen.count == 2


@pytest.mark.parametrize(
    ("measure", "passed"),
    [
        (harness.at_most("a", 1.3, 1.3), True),
        (harness.at_most("a", 1.31, 1.3), False),
        (harness.at_least("a", 20, 20), True),
        (harness.at_least("a", 19.9, 20), False),
    ],
)
def test_a_goal_is_met_or_missed(measure, passed):
    assert measure.passed is passed
    assert str(measure).startswith("ok" if passed else "MISS")


def test_peak_growth_sees_what_was_taken_and_let_go():
    with harness.peak_growth() as grown:
        block = b"x" * (60 * 2**20)
        del block

    assert 50 < grown() < 90


def test_without_postgresql_its_rows_say_not_run_and_the_exit_code_is_one(monkeypatch, capsys):
    monkeypatch.setattr(postgres, "binaries", lambda: None)

    with pytest.raises(SystemExit) as ended:
        call_command("bench", "validate", "--json")

    lines = capsys.readouterr().out.splitlines()
    assert ended.value.code == 1
    assert "  not run: no initdb and postgres on PATH or under /usr/lib/postgresql" in lines
    assert json.loads(lines[-1])["passed"] is False


def test_scenarios_that_ask_at_once_each_get_a_whole_database_of_their_own(tmp_path: Path):
    databases = Databases(postgres.Server(), tmp_path)
    with ThreadPoolExecutor(3) as pool:
        own = list(pool.map(partial(databases.fresh, "sqlite"), ("a", "b", "c")))

    assert len({each.address for each in own} | {str(each.folder) for each in own}) == 6
    assert [_tables(each.address) for each in own] == [_tables(f"sqlite:///{tmp_path / 'migrated.sqlite3'}")] * 3


def _tables(address: str) -> list[str]:
    with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as file:
        found = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    assert "orders_order" in found
    return found


def test_an_unknown_scenario_is_a_sentence():
    with pytest.raises(CommandError, match="No such scenario: speed"):
        call_command("bench", "speed")
