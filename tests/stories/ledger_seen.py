"""The make-believe ledger as a test of everything that can happen sees it: a wire that breaks, its own books, and who had a say in them."""

import io
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partners.sandbox.server import Sandbox
from returns.models import Journal, WriteOff

Said = dict[str, Any]
# What takes a garment out of the books: debited by its write-off, credited by the reversal.
OUT = "325"


class Crashed(BaseException):
    """The process dies here: nothing of ours may catch it."""


class Line:
    """The wire to the ledger, which a crash can cut before or after it did what was asked."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.crash_after, self.deliver = sandbox, 0, False

    def __call__(self, environ: Said, start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.crash_after -= 1
        if self.crash_after != 0:
            return self.sandbox(environ, start_response)
        if self.deliver:
            list(self.sandbox(environ, lambda *_: None))
        raise Crashed


def control(sandbox: Sandbox, path: str, said: Said | None = None) -> Said:
    """Ask the make-believe world itself, past its faults."""
    body = json.dumps(said).encode() if said is not None else b""
    environ = {
        "REQUEST_METHOD": "GET" if said is None else "POST",
        "PATH_INFO": f"/_sandbox{path}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    answer: Said = json.loads(b"".join(sandbox(environ, lambda *_: None)))
    assert "error" not in answer, answer
    return answer


def times_out(journals: Iterable[Said], *, also: Iterable[str]) -> Counter[str]:
    """{RFID: how often the ledger has it written off and not taken back}, by the memos of its own lines. `also` are ids of journals that
    stood posted until somebody else made them void."""
    found: Counter[str] = Counter()
    for one in journals:
        if one["status"] != "POSTED" and one["id"] not in set(also):
            continue
        for line in one["lines"]:
            if line["account"] == OUT:
                found[line["memo"].split()[2]] += 1 if line["pence"] > 0 else -1
    return found


@dataclass(frozen=True)
class Moment:
    """Who could approve how much when the clock rang for posting: {tier: (limit, second above)} in pence, {user id: tier}."""

    at: datetime
    limits: dict[str, tuple[int, int]]
    tiers: dict[int, str]

    def carries(self, row: WriteOff) -> bool:
        """Do the signatures of this write-off suffice by the limits and roles of that moment?"""
        bearer, worth = row.first_for_id or row.first_by_id, row.carrying_pence or 0
        if row.first_by_id not in self.tiers or bearer not in self.tiers:
            return False
        limit, above = self.limits[self.tiers[bearer]]
        alone = max(min(pair) for pair in self.limits.values())
        if worth > limit:
            return False
        seconds = {row.second_by_id, row.second_for_id or row.second_by_id}
        return seconds <= self.tiers.keys() if row.second_by_id else worth <= min(above, alone)


def signers(row: WriteOff) -> list[int]:
    """Everybody whose word it has: the approvers and whom they stood in for."""
    named = (row.first_by_id, row.first_for_id, row.second_by_id, row.second_for_id)
    return [pk for pk in named if pk is not None]


def posted_keys(shown: Said) -> set[str]:
    return {key for key, docs in shown["by_key"].items() if any(one["status"] == "POSTED" for one in docs)}


def of_key(key: str) -> tuple[Journal, list[WriteOff]]:
    """A journal of ours with what it writes off, or takes back."""
    journal = Journal.objects.get(key=key)
    rows = journal.write_offs.all() if journal.kind == Journal.Kind.WRITE_OFF else WriteOff.objects.filter(journal=journal.reverses)
    return journal, list(rows)
