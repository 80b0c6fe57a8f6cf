"""What came back: graded beyond economic repair, completed, approved by the right people, posted once, read back, one reversed."""

import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db.models import Count
from django.utils import timezone

from config import sweeping
from config.running import run_feed
from config.story.fixes import person
from config.story.partners import ask
from returns import tasks
from returns.actions import completing, deciding, reversing
from returns.models import Approval, WriteOff
from returns.states import WAITS_FOR_APPROVAL, Cause, Route, WriteOffState

MOST_POSTINGS = 20
_S = WriteOffState


def mirror(sandbox_url: str) -> None:
    """Read what came back, what garments are worth and their photos; what is beyond repair has its write-off drafted, and the warehouse
    says where the garment goes."""
    run_feed("acs.returns")
    _read_costs(sandbox_url)
    tasks.fetch_photos()
    tasks.look_at_returns()
    tasks.look_at_write_offs()
    for row in WriteOff.objects.filter(cause=Cause.GRADED):
        completing.complete(row.reference, actor=person("warehouse"), at=timezone.now(), route=Route.RECYCLED, certificate="RC-2026-118")


def decide(plan: Mapping[str, Any], *, say: Callable[[str], None]) -> None:
    """Finance approves, queries and rejects; a manager approves what is above a limit, and takes one back once it is posted."""
    fates = {rfid: one for rfid, one in plan["returned"].items() if one["fate"]}
    rows = WriteOff.objects.filter(rfid__in=fates)
    say(f"{rows.count()} garments are beyond economic repair: approving and posting their write-offs")
    for row in rows:
        _one(row, fates[row.rfid])
    _approve({rfid: one for rfid, one in fates.items() if one["fate"] in ("approve", "reverse")})
    post()
    for row in rows.filter(rfid__in=[rfid for rfid, one in fates.items() if one["fate"] == "reverse"]):
        reversing.ask(row.reference, reason="The customer paid for it after all.", actor=person("finance_manager"), at=timezone.now())
    post()


def post() -> None:
    """Until the ledger shows all that was approved."""
    for _ in range(MOST_POSTINGS):
        if not sweeping.did_something({"journals": tasks.post_journals()}):
            return


def count(sandbox_url: str) -> dict[str, int]:
    """Counted in our database; `in_ledger` is what the ledger itself shows under keys of ours."""
    words = dict(Approval.objects.order_by().values_list("word").annotate(Count("write_off", distinct=True)))
    posted = WriteOff.objects.filter(journal__posted_at__isnull=False)
    shown = in_ledger(sandbox_url)
    return {
        "ber": WriteOff.objects.filter(cause=Cause.GRADED).count(),
        "approved": words.get(Approval.Word.APPROVED, 0),
        "refused": words.get(Approval.Word.REJECTED, 0),
        "posted": posted.count(),
        "verified": posted.filter(journal__verified_at__isnull=False).count(),
        "reversed": WriteOff.objects.filter(state=_S.REVERSED).count(),
        "in_ledger": sum(shown.values()),
        "in_ledger_twice": sum(times > 1 for times in shown.values()),
    }


def in_ledger(sandbox_url: str) -> dict[str, int]:
    """How often each of our keys stands posted in the make-believe ledger."""
    there = ask(f"{sandbox_url}/_sandbox/ledger")
    if there["debit_pence"] != there["credit_pence"]:
        return {"debits and credits differ": 2}
    return {key: sum(one["status"] == "POSTED" for one in some) for key, some in there["by_key"].items()}


def _one(row: WriteOff, told: Mapping[str, Any]) -> None:
    who, at = person(told["approver"] or "finance"), timezone.now()
    if told["fate"] == "refuse":
        deciding.reject(row.reference, reason="repair", note="The tailor quoted less.", actor=who, at=at)
    elif told["fate"] == "query" and row.state in WAITS_FOR_APPROVAL:
        deciding.query(row.reference, question="Is the belt really lost?", actor=who, at=at)


def _approve(fates: Mapping[str, Mapping[str, Any]]) -> None:
    """Each approver what is theirs, at once; what needs a second then goes to the manager."""
    for username in ("finance", "finance_manager"):
        mine = [rfid for rfid, told in fates.items() if told["approver"] == username]
        waiting = WriteOff.objects.filter(rfid__in=mine, state__in=WAITS_FOR_APPROVAL)
        signed = dict(waiting.values_list("reference", "lines_hash"))
        total = sum(pence or 0 for pence in waiting.values_list("carrying_pence", flat=True))
        deciding.approve_many(signed, actor=person(username), at=timezone.now(), total_pence=total)


def _read_costs(sandbox_url: str) -> None:
    """As finance brings the file of the books."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "costs.csv"
        with urllib.request.urlopen(f"{sandbox_url}/_sandbox/acs/costs.csv", timeout=30) as answer:  # noqa: S310 - our own machine
            path.write_bytes(answer.read())
        run_feed("costs", path=str(path))
