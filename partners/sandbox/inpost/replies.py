"""How InPost says no, and how it reads a number of a query."""

import json

from partners.sandbox.web import Reply, Request, as_json

Errors = dict[str, list[str]]


def problem(status: int, title: str, detail: str, errors: Errors | None = None) -> Reply:
    """RFC 7807 with a map of dotted fields to codes beside it."""
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail, "errors": errors or {}}
    return Reply(status, json.dumps(body).encode(), "application/problem+json")


def oauth(error: str, description: str, status: int = 400) -> Reply:
    return as_json({"error": error, "error_description": description}, status)


def number(request: Request, name: str, default: int) -> int:
    raw = request.one(name)
    return int(raw) if raw.isdecimal() and int(raw) > 0 else default
