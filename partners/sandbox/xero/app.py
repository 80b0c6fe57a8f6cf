"""The front door of the make-believe Xero: `/connect/token`, `/connections` and, below `/api.xro/2.0`, the books.

For faults (`partners.sandbox.faults`, partner "xero") the path is without `/api.xro/2.0`, and asking for a token counts as a GET,
because nothing is written by it. Whoever does not ask for JSON gets XML, as there.
"""

import re
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from partners.sandbox.faults import Fault
from partners.sandbox.web import App, Environ, Reply, Request, StartResponse, Wire, as_json
from partners.sandbox.xero import TENANT, meddling, reading, replies, writing
from partners.sandbox.xero.asking import BadQuery
from partners.sandbox.xero.books import Books
from partners.sandbox.xero.limits import Limits
from partners.sandbox.xero.once import Answers
from partners.sandbox.xero.token import Tokens

API = "/api.xro/2.0"
_ID = r"[0-9a-fA-F-]{36}"
SCOPES = {"ManualJournals": "accounting.manualjournals", "CreditNotes": "accounting.invoices", "Invoices": "accounting.invoices"}
Page = Callable[[Books, Request, str], Reply]
PAGES: list[tuple[str, str, Page]] = [
    ("GET", "/Organisation", reading.organisation),
    ("GET", "/Accounts", reading.accounts),
    ("GET", "/ManualJournals", reading.journals),
    ("GET", f"/ManualJournals/({_ID})", reading.journal),
    ("PUT", "/ManualJournals", writing.journals),
    ("POST", "/ManualJournals", writing.journals),
    ("POST", f"/ManualJournals/({_ID})", writing.journal),
    ("GET", "/Invoices", reading.invoices),
    ("GET", "/CreditNotes", reading.notes),
    ("GET", "/CreditNotes/(.+)", reading.note),
    ("PUT", "/CreditNotes", writing.notes),
    ("POST", "/CreditNotes", writing.notes),
    ("POST", f"/CreditNotes/({_ID})", writing.note),
    ("PUT", f"/CreditNotes/({_ID})/Allocations", writing.allocations),
]


class Xero(App):
    partner = "xero"

    def __init__(self, books: Books, stop: threading.Event) -> None:
        super().__init__(books.world, stop)
        self.books, self.tokens, self.limits, self.once = books, Tokens(books.world), Limits(books.world), Answers(books.world)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with self.world.lock:
            self.limits.running += 1
        try:
            return super().__call__(environ, start_response)
        finally:
            with self.world.lock:
                self.limits.running -= 1

    def called(self, request: Request) -> tuple[str, str]:
        token = request.path == "/connect/token"
        return request.path.removeprefix(API), "GET" if token else request.method

    def answer(self, request: Request) -> Reply:
        if request.path == "/connect/token":
            return self.tokens.answer(request)
        with self.world.lock:
            if request.path == "/connections":
                return self.tokens.refusal(request, "", tenant=False) or self._connections(request)
            return self._of_the_books(request) if request.path.startswith(f"{API}/") else replies.missing()

    def _connections(self, request: Request) -> Reply:
        at = f"{self.world.start - timedelta(days=90):%Y-%m-%dT%H:%M:%S.0000000}"
        one = {"id": "c0ffee00-0000-4000-8000-000000000001", "authEventId": "c0ffee00-0000-4000-8000-000000000002"}
        one |= {"tenantId": TENANT, "tenantType": "ORGANISATION", "tenantName": self.books.name, "createdDateUtc": at, "updatedDateUtc": at}
        return as_json([one])

    def _of_the_books(self, request: Request) -> Reply:
        """Who asks, how often, whether it was asked before, and then the books: in this order."""
        refused = self.tokens.refusal(request, _scope(request)) or self.limits.take()
        reply = refused or self.once.once(request, lambda: self._page(request))
        reply.headers |= self.limits.headers()
        if "application/json" not in request.headers.get("accept", ""):
            return Reply(reply.status, b"<Response><Status>OK</Status></Response>", "text/xml; charset=utf-8", reply.headers)
        return reply

    def _page(self, request: Request) -> Reply:
        path = request.path.removeprefix(API)
        if request.method != "GET" and not request.headers.get("content-type", "").startswith("application/json"):
            return replies.unreadable("Content-Type must be application/json")
        methods = set()
        for method, pattern, page in PAGES:
            if found := re.fullmatch(pattern, path):
                methods.add(method)
                if method == request.method:
                    return _asked(page, self.books, request, *found.groups())
        return as_json({"Title": "Method Not Allowed", "Status": 405}, 405) if methods else replies.missing()

    def twisted(self, request: Request, fault: Fault, wire: Wire | None) -> Reply:
        with self.world.lock:
            if fault.kind == "errors_in_200":
                return meddling.refused_in_200(self.books, request, fault.about)
            if fault.kind == "closed_period":
                meddling.close_period(self.books, request)
            reply = super().twisted(request, fault, wire) if fault.kind != "slow" else None
            if reply is not None:
                return meddling.after(self.books, request, fault, reply)
        return super().twisted(request, fault, wire)

    def _spoiled(self, request: Request, fault: Fault, wire: Wire | None) -> Reply:
        reply = super()._spoiled(request, fault, wire)
        if fault.kind == "429":
            reply.headers["X-Rate-Limit-Problem"] = "Minute"
        return reply


def _asked(page: Page, books: Books, request: Request, *named: Any) -> Reply:
    try:
        return page(books, request, *(named or ("",)))
    except BadQuery as why:
        return replies.bad_query(str(why))


def _scope(request: Request) -> str:
    name = request.path.removeprefix(f"{API}/").partition("/")[0]
    scope = SCOPES.get(name, "accounting.settings")
    return f"{scope}.read" if request.method == "GET" else scope
