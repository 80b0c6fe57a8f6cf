"""The sealer by the clock, and the command that checks the chain."""

import json

import pytest
from django.core.management import call_command

from exceptions_queue import audit, tasks
from exceptions_queue.models import AuditEntry
from tests.exceptions_queue.builders import make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_entries(noon):
    site = make_site("shed")
    for n in range(3):
        audit.record(f"act {n}", site, actor="system:test", at=noon)


def test_the_sealer_seals_everything_and_then_nothing(three_entries):
    assert not audit.is_sealed()

    assert [tasks.seal(), tasks.seal()] == [{"sealed": 3}, {"sealed": 0}]
    assert audit.is_sealed()


def test_verify_audit_prints_one_json_object(three_entries, capsys):
    tasks.seal()

    call_command("verify_audit", "--json")

    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report == {"holds": True, "sealed": 3, "unsealed": 0, "oldest_unsealed_seconds": 0, "head": audit.head(), "broken": None}


def test_verify_audit_says_how_many_wait(three_entries, capsys):
    call_command("verify_audit")

    assert "0 entries sealed" in (said := capsys.readouterr().out)
    assert "3 not sealed yet" in said


def test_verify_audit_exits_1_with_the_first_broken_row(three_entries, capsys):
    tasks.seal()
    changed = AuditEntry.objects.get(verb="act 1")
    AuditEntry.objects.filter(pk=changed.pk).update(reason="changed later")

    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", "--json")

    assert ended.value.code == 1
    broken = json.loads(capsys.readouterr().out.splitlines()[-1])["broken"]
    assert broken == {"seq": 2, "entry": changed.pk, "why": "The entry was changed after it was sealed."}
