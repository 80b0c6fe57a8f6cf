import json

import pytest
from django.core.management import CommandError, call_command

from config import sweeping


def rounds(*counts: int):
    """`once` as it would be if each round closed so many cases."""
    left = list(counts)
    return lambda: {"recheck": {"looked_at": 9, "cases_closed": left.pop(0)}, "reads": {"seen": 4}}


def sweep(capsys, *arguments: str) -> dict[str, dict[str, int]]:
    call_command("sweep", "--json", *arguments)
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_once_means_one_round(capsys, monkeypatch):
    monkeypatch.setattr(sweeping, "once", rounds(3, 2, 0))

    assert sweep(capsys)["recheck"]["cases_closed"] == 3


def test_until_idle_goes_on_until_a_round_changes_nothing(capsys, monkeypatch):
    monkeypatch.setattr(sweeping, "once", rounds(3, 2, 0))

    assert sweep(capsys, "--until-idle")["recheck"] == {"looked_at": 27, "cases_closed": 5}


def test_a_sweep_that_never_ends_is_an_error(monkeypatch):
    monkeypatch.setattr(sweeping, "once", rounds(*[1] * sweeping.MOST_ROUNDS))

    with pytest.raises(CommandError, match="still something to do"):
        call_command("sweep", "--until-idle")
