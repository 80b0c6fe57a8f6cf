"""A make-believe Xero for one test: one organisation, its accounts, manual journals and credit notes. Keeps what it was asked."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from partners.http import Wire
from partners.xero.calls import Calls
from partners.xero.client import XeroLedger
from tests.partners.fake_web import Asked, FakeWeb, Reply

JSON = {"Content-Type": "application/json; charset=utf-8"}
NOT_FOUND = (404, {"Content-Type": "text/html"}, b"no")
NOON = datetime(2026, 6, 9, 11, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ACCOUNTS = [
    {"Code": "310", "Name": "Stock at ACS", "Type": "CURRENT", "Status": "ACTIVE", "Class": "ASSET"},
    {"Code": "410", "Name": "Stock written off", "Type": "EXPENSE", "Status": "ACTIVE", "Class": "EXPENSE"},
    {"Code": "420", "Name": "Refunds", "Type": "EXPENSE", "Status": "ACTIVE", "Class": "EXPENSE"},
    {"Code": "499", "Name": "Old", "Type": "EXPENSE", "Status": "ARCHIVED", "Class": "EXPENSE"},
    {"Code": "610", "Name": "Accounts Receivable", "Type": "CURRENT", "Status": "ACTIVE", "SystemAccount": "DEBTORS"},
    {"Code": "800", "Name": "Accounts Payable", "Type": "CURRLIAB", "Status": "ACTIVE", "SystemAccount": "CREDITORS"},
    {"Code": "960", "Name": "Retained Earnings", "Type": "EQUITY", "Status": "ACTIVE", "SystemAccount": "RETAINEDEARNINGS"},
    {"Code": "090", "Name": "Bank", "Type": "BANK", "Status": "ACTIVE", "BankAccountNumber": "1"},
    {"Name": "No code", "Type": "BANK", "Status": "ACTIVE"},
]
REFUSED = {"610", "800", "960", "090", "499"}


def msdate(at: datetime) -> str:
    return f"/Date({(at - EPOCH) // timedelta(milliseconds=1)}+0000)/"


@dataclass
class FakeXero:
    """`faults` are played one by one, before a request does anything ("before") or once it has ("after")."""

    locked_to: date | None = None
    currency: str = "GBP"
    scopes: str = "accounting.manualjournals accounting.invoices accounting.settings.read accounting.contacts"
    headers: dict[str, str] = field(default_factory=dict)
    now: datetime = NOON
    journals: dict[str, dict[str, Any]] = field(default_factory=dict)
    credits: dict[str, dict[str, Any]] = field(default_factory=dict)
    remembered: dict[str, Reply] = field(default_factory=dict)
    faults: list[tuple[str, str, Reply | Exception]] = field(default_factory=list)
    tokens: int = 0
    lists_lines: bool = True
    filters: bool = True
    bodies: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.web = FakeWeb(self.reply)

    @property
    def asked(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.web.asked]

    def fail(self, method: str, answer: "Reply | Exception", *, when: str = "after") -> None:
        self.faults.append((when, method, answer))

    def reply(self, asked: Asked) -> Reply:
        self.now += timedelta(seconds=1)
        if asked.path == "/token":
            return self._token()
        if asked.headers.get("authorization") != f"Bearer t{self.tokens}" or asked.headers.get("xero-tenant-id") != "tenant":
            return 401, JSON, b'{"Title":"Unauthorized","Status":401,"Detail":"TokenExpired"}'
        if fault := self._fault("before", asked.method):
            return fault
        key = asked.headers.get("idempotency-key", "")
        answer = self.remembered.get(key) or self._answer(asked)
        if key:
            self.remembered[key] = answer
        return self._fault("after", asked.method) or (answer[0], answer[1] | self.headers, answer[2])

    def _fault(self, when: str, method: str) -> Reply | None:
        for number, (at, what, answer) in enumerate(self.faults):
            if (at, what) == (when, method):
                del self.faults[number]
                if isinstance(answer, Exception):
                    raise answer
                return answer
        return None

    def _token(self) -> Reply:
        self.tokens += 1
        return 200, JSON, json.dumps({"access_token": f"t{self.tokens}", "expires_in": 1800, "scope": self.scopes}).encode()

    def _answer(self, asked: Asked) -> Reply:
        parts = asked.path.removeprefix("/api/").split("/")
        body = json.loads(asked.body) if asked.body else {}
        if body:
            self.bodies.append((asked.method, asked.path, body))
        match asked.method, parts:
            case "GET", ["Organisation"]:
                return self._ok(Organisations=[self._organisation()])
            case "GET", ["Accounts"]:
                return self._ok(Accounts=ACCOUNTS)
            case "GET", ["ManualJournals"]:
                return self._ok(ManualJournals=self._list(asked))
            case "PUT", ["ManualJournals"]:
                return self._create(body["ManualJournals"][0])
            case "GET", ["ManualJournals", one]:
                return (
                    self._ok(ManualJournals=[self.journals[one]]) if one in self.journals else (404, {"Content-Type": "text/html"}, b"no")
                )
            case "POST", ["ManualJournals", one]:
                return self._change(one, body["ManualJournals"][0])
            case "GET", ["CreditNotes"]:
                return self._ok(CreditNotes=list(self.credits.values()))
            case "PUT", ["CreditNotes"]:
                return self._credit(body["CreditNotes"][0])
            case "PUT", ["CreditNotes", one, "Allocations"]:
                return self._allocate(one, body["Allocations"][0])
        return NOT_FOUND

    def _ok(self, **more: Any) -> Reply:
        return 200, JSON, json.dumps({"Id": str(uuid.uuid4()), "Status": "OK", "DateTimeUTC": msdate(self.now), **more}).encode()

    def refused(self, message: str, element: dict[str, Any] | None = None) -> Reply:
        told = {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred"}
        elements = [{**(element or {}), "ValidationErrors": [{"Message": message}]}]
        return 400, JSON, json.dumps(told | {"Elements": elements}).encode()

    def _organisation(self) -> dict[str, Any]:
        locked = {"PeriodLockDate": msdate(datetime.combine(self.locked_to, datetime.min.time(), UTC))} if self.locked_to else {}
        return {"Name": "Demo Hire", "BaseCurrency": self.currency, "Timezone": "GMTSTANDARDTIME", **locked}

    def _create(self, said: dict[str, Any]) -> Reply:
        if message := self._why_not(said):
            return self.refused(message, said)
        made = f"{len(self.journals) + 1:08x}-0000-4000-8000-000000000000"
        lines = [{**line, "TaxType": "NONE", "IsBlank": False} for line in said["JournalLines"]]
        day = datetime.fromisoformat(said["Date"]).replace(tzinfo=UTC)
        kept = {"ManualJournalID": made, "Date": msdate(day), "JournalLines": lines, "UpdatedDateUTC": msdate(self.now)}
        self.journals[made] = {**said, **kept, "Status": said.get("Status", "DRAFT")}
        return self._ok(ManualJournals=[self.journals[made]])

    def _why_not(self, said: dict[str, Any]) -> str:
        debits = sum(round(line["LineAmount"] * 100) for line in said["JournalLines"])
        codes = {line["AccountCode"] for line in said["JournalLines"]}
        known = {account.get("Code") for account in ACCOUNTS}
        if debits:
            return "The total debits (100.00) must equal total credits (-10.00)"
        if codes - known:
            return f"Account code '{min(codes - known)}' is not a valid code for this document."
        return "Account is not allowed in manual journals" if codes & REFUSED else ""

    def _change(self, one: str, said: dict[str, Any]) -> Reply:
        standing = self.journals[one]
        day = EPOCH + timedelta(milliseconds=int(standing["Date"][6:].partition("+")[0]))
        if said["Status"] == "POSTED" and self.locked_to and day.date() <= self.locked_to:
            locked = f"{self.locked_to:%d-%b-%Y}"
            return self.refused(f"The document date cannot be before the period lock date, currently set at {locked}", standing)
        standing.update(said, UpdatedDateUTC=msdate(self.now))
        return self._ok(ManualJournals=[standing])

    def _list(self, asked: Asked) -> list[dict[str, Any]]:
        told = {name: values[0] for name, values in parse_qs(asked.query).items()}
        rows = list(self.journals.values())
        if where := told.get("where"):
            assert where.startswith('Narration=="'), where
            sought = where.removeprefix('Narration=="').removesuffix('"').replace('\\"', '"').replace("\\\\", "\\")
            rows = [row for row in rows if row["Narration"] == sought] if self.filters else []
        if since := asked.headers.get("if-modified-since"):
            rows = [row for row in rows if row["UpdatedDateUTC"] >= msdate(datetime.fromisoformat(since).replace(tzinfo=UTC))]
        size, page = int(told["pageSize"]), int(told["page"])
        rows = rows[(page - 1) * size : page * size]
        return rows if self.lists_lines else [{**row, "JournalLines": []} for row in rows]

    def _credit(self, said: dict[str, Any]) -> Reply:
        if any(row["CreditNoteNumber"] == said["CreditNoteNumber"] for row in self.credits.values()):
            return self.refused("Credit Note Number must be unique.", said)
        made = str(uuid.uuid4())
        total = said["LineItems"][0]["UnitAmount"]
        self.credits[made] = {**said, "CreditNoteID": made, "Total": total, "RemainingCredit": total, "HasErrors": False}
        return self._ok(CreditNotes=[self.credits[made]])

    def _allocate(self, one: str, said: dict[str, Any]) -> Reply:
        if said["Invoice"]["InvoiceID"].startswith("0"):
            return self.refused("Invoice could not be found")
        self.credits[one].update(RemainingCredit=0, Status="PAID")
        return self._ok(Allocations=[{**said, "ValidationErrors": []}])


def xero_of(fake: FakeXero, **options: Any) -> XeroLedger:
    """Our client, at this make-believe Xero."""
    wires = [Wire("ledger", f"http://xero.test{path}", transport=fake.web.transport) for path in ("/api", "/token")]
    return XeroLedger(Calls(*wires, client_id="us", client_secret="word", tenant_id="tenant", **options))
