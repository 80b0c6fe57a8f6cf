"""`/_sandbox/ledger` and `/_sandbox/xero/`: what stands in the books, and what other people do to them.

GET  /ledger                {"journals", "drafts", "posted", "voided", "by_key": {key: [{"id", "status", "on", "debit_pence",
                            "credit_pence"}]}, "debit_pence", "credit_pence" (of what is posted), "twice": [keys with more than one posted
                            journal], "without_key", "credit_notes": {number: {"status", "pence", "left_pence"}}}. A key is what the
                            narration ends in, in brackets or not: kind:reference:revision
GET  /xero/journals         {"journals": [each with its lines in pence]}
POST /xero/journals         {"narration", "on", "lines": [{"account", "pence", "memo"?}], "status"?}: somebody makes one in Xero itself
POST /xero/journals/{id}    {"more_pence"?: so much more on both sides, "narration"?, "on"?, "status"?}: somebody edits one
POST /xero/locks            {"period"?: ISO day or null, "year"?}: nothing may be dated on or before it
POST /xero/limits           {"minute"?, "day"?, "at_once"?}: how many calls are let through
POST /xero/accounts         {"code", "name"?, "type"?, "class"?, "system"?, "status"?}: opens or changes one
GET, POST /xero/invoices    what may be credited; {"number", "pence", "contact"?}: one more authorised sales invoice. Every order that came
                            back has one under its number
POST /xero/token            {"expires_in"}: how many seconds tokens live from now on
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from partners.sandbox.xero import meddling
from partners.sandbox.xero.app import Xero
from partners.sandbox.xero.books import DRAFT, POSTED, VOIDED, Invoice, Journal, Line

Said = dict[str, Any]
KEY = re.compile(r"\[?([A-Za-z][A-Za-z0-9_-]*(?::[A-Za-z0-9._/-]+)+)\]?\s*$")


class LedgerControl:
    """Called under the world's lock."""

    def __init__(self, xero: Xero) -> None:
        self.xero, self.books = xero, xero.books

    def get(self, path: str) -> Said | None:
        pages: dict[str, Callable[[], Said]] = {
            "/journals": lambda: {"journals": [_shown(one) for one in self.books.journals.values()]},
            "/invoices": lambda: {"invoices": [_invoice(one) for one in self.books.invoices.values()]},
        }
        return pages[path]() if path in pages else None

    def post(self, path: str, said: Said) -> Said | None:
        """None where there is no such page. Raises ValueError or KeyError for what it does not understand."""
        if found := re.fullmatch(r"/journals/([^/]+)", path):
            return self._edit(self.books.journals[found[1]], said)
        acts: dict[str, Callable[[Said], Said]] = {
            "/journals": self._make,
            "/locks": self._lock,
            "/limits": lambda said: self.xero.limits.set(**said),
            "/accounts": self._account,
            "/invoices": self._invoice,
            "/token": self._token,
        }
        return acts[path](said) if path in acts else None

    def summary(self) -> Said:
        journals = list(self.books.journals.values())
        posted = [one for one in journals if one.status == POSTED]
        by_key: dict[str, list[Said]] = defaultdict(list)
        for one in journals:
            if key := key_of(one.narration):
                by_key[key].append(_summed(one))
        return {
            "journals": len(journals),
            "drafts": sum(one.status == DRAFT for one in journals),
            "posted": len(posted),
            "voided": sum(one.status == VOIDED for one in journals),
            "by_key": dict(sorted(by_key.items())),
            "debit_pence": sum(_side(one, 1) for one in posted),
            "credit_pence": sum(_side(one, -1) for one in posted),
            "twice": sorted(key for key, found in by_key.items() if sum(one["status"] == POSTED for one in found) > 1),
            "without_key": sum(not key_of(one.narration) for one in posted),
            "credit_notes": {
                one.number: {"status": one.status, "pence": one.net + one.tax, "left_pence": one.left} for one in self.books.notes.values()
            },
        }

    def _make(self, said: Said) -> Said:
        _known(said, "narration", "on", "lines", "status")
        lines = [Line(str(one["account"]), int(one["pence"]), str(one.get("memo", ""))) for one in said["lines"]]
        if unknown := [line.account for line in lines if line.account not in self.books.accounts]:
            raise ValueError(f"there is no account {unknown[0]}")
        on, status = date.fromisoformat(said["on"]), str(said.get("status", POSTED))
        made = Journal(self.books.next_id(), str(said["narration"]), on, lines, self.books.now(), status)
        self.books.journals[made.id] = made
        return _shown(made)

    def _edit(self, one: Journal, said: Said) -> Said:
        _known(said, "more_pence", "narration", "on", "status")
        if "more_pence" in said:
            meddling.edit(self.books, one, int(said["more_pence"]))
        one.narration, one.status = str(said.get("narration", one.narration)), str(said.get("status", one.status))
        one.on = date.fromisoformat(said["on"]) if "on" in said else one.on
        one.updated_at = self.books.now()
        return _shown(one)

    def _lock(self, said: Said) -> Said:
        _known(said, "period", "year")
        if "period" in said:
            self.books.period_lock = date.fromisoformat(said["period"]) if said["period"] else None
        if "year" in said:
            self.books.year_lock = date.fromisoformat(said["year"]) if said["year"] else None
        locks = {"period": self.books.period_lock, "year": self.books.year_lock}
        return {name: on.isoformat() if on else None for name, on in locks.items()}

    def _account(self, said: Said) -> Said:
        _known(said, "code", "name", "type", "class", "system", "status")
        code = str(said["code"])
        one = self.books.accounts.get(code) or self.books.open_account(code, code, "EXPENSE", "EXPENSE")
        one.name, one.type = str(said.get("name", one.name)), str(said.get("type", one.type))
        one.klass, one.system = str(said.get("class", one.klass)), str(said.get("system", one.system))
        one.status = str(said.get("status", one.status))
        return asdict(one)

    def _invoice(self, said: Said) -> Said:
        _known(said, "number", "pence", "contact")
        named = {"contact": str(said["contact"])} if "contact" in said else {}
        return _invoice(self.books.invoice(str(said["number"]), int(said["pence"]), **named))

    def _token(self, said: Said) -> Said:
        self.xero.tokens.lives_s = int(said["expires_in"])
        return {"expires_in": self.xero.tokens.lives_s}


def key_of(narration: str) -> str:
    """Ours, which a narration ends in; "" where it does not."""
    found = KEY.search(narration)
    return found[1] if found else ""


def _shown(one: Journal) -> Said:
    lines = [{"account": line.account, "pence": line.pence, "memo": line.description} for line in one.lines]
    said = {"id": one.id, "narration": one.narration, "key": key_of(one.narration), "on": one.on.isoformat(), "status": one.status}
    return said | {"url": one.url, "lines": lines, "updated_at": one.updated_at.isoformat()}


def _invoice(one: Invoice) -> Said:
    return {"id": one.id, "number": one.number, "pence": one.total, "due_pence": one.due, "contact": one.contact.name}


def _summed(one: Journal) -> Said:
    sides = {"debit_pence": _side(one, 1), "credit_pence": _side(one, -1)}
    return {"id": one.id, "status": one.status, "on": one.on.isoformat()} | sides


def _side(one: Journal, sign: int) -> int:
    return sum(line.pence * sign for line in one.lines if line.pence * sign > 0)


def _known(said: Said, *names: str) -> None:
    if unknown := set(said) - set(names):
        raise ValueError(f"unknown field {min(unknown)}")
