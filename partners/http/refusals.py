"""Why did the partner say no? Flattened from whichever of the known shapes the answer has, with nobody's number or address in it."""

import re
from typing import Any

from partners.errors import Unreadable
from partners.http.answers import Answer
from partners.values import identifier

MOST, MOST_FIELDS, NAMED = 200, 20, 3
_EMAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
_PHONE = re.compile(r"(?<![\w-])(?:\+|0)(?:[\s().-]{0,2}\d){8,14}(?!\w)|(?<![\w-])(?:44)?7\d{9}(?!\w)", re.ASCII)


def fields_of(answer: Answer) -> dict[str, list[str]]:
    """{field: [code or text]} from `errors` (problem documents) or `details`, flat or nested; empty when the answer names none."""
    body = _body(answer)
    found: dict[str, list[str]] = {}
    for name in ("errors", "details"):
        _flatten(body.get(name), "", found)
    return dict(list(found.items())[:MOST_FIELDS])


def reason_of(answer: Answer) -> str:
    """The refusal in a sentence. A text answer speaks for itself; an answer without a reason says so."""
    said = _said(answer)
    named = "; ".join(f"{field}: {', '.join(codes[:NAMED])}" for field, codes in list(fields_of(answer).items())[:NAMED])
    if said and named:
        return f"{said} ({named})"[:MOST]
    return said or (f"It refuses {named}."[:MOST] if named else f"It refused ({answer.status}) without saying why.")


def without_personal_data(text: str, *, limit: int = MOST) -> str:
    """One line fit to store and to log: partners like to repeat the number or address that they refuse."""
    return _PHONE.sub("…", _EMAIL.sub("…", identifier(text, limit=limit * 2)))[:limit]


def _said(answer: Answer) -> str:
    body = _body(answer)
    for name in ("detail", "title", "message", "error_description", "error"):
        if isinstance(body.get(name), str) and body[name].strip():
            return without_personal_data(body[name])
    return "" if body or answer.is_page or answer.text().startswith(("<", "{", "[")) else without_personal_data(answer.text())


def _body(answer: Answer) -> dict[str, Any]:
    try:
        body = answer.json()
    except Unreadable:
        return {}
    return body if isinstance(body, dict) else {}


def _flatten(value: Any, path: str, found: dict[str, list[str]], depth: int = 0) -> None:
    if depth > 6 or len(found) > MOST_FIELDS:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            _flatten(item, f"{path}.{name}".strip("."), found, depth + 1)
    elif isinstance(value, list):
        for item in value[:MOST_FIELDS]:
            _flatten(item, path, found, depth + 1)
    elif value not in (None, "") and path:
        found.setdefault(without_personal_data(path, limit=80), []).append(without_personal_data(str(value)[:400], limit=80))
