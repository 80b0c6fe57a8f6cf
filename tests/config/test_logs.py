"""Logs help whoever looks for a fault, and give nothing away."""

import logging

import pytest

from config.logs import configure


@pytest.fixture
def root():
    root = logging.getLogger()
    before = root.handlers, root.level
    yield root
    root.handlers, root.level = before


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_names_lines_and_no_local_variable(root, form, capsys):
    configure({"level": "INFO", "format": form})
    password = "correct-horse" + "-battery"  # in two parts: the source line itself is shown
    try:
        {}[len(password)]
    except KeyError:
        logging.getLogger("test").exception("it failed")

    logged = capsys.readouterr().err
    assert ("test_logs.py" in logged, password in logged) == (True, False)
