"""Why did the partner say no? Flattened from whichever of the known shapes the answer has, without raw text in between."""

from typing import Any

from partners.errors import Unreadable
from partners.http.answers import Answer

MOST = 200


def fields_of(answer: Answer) -> dict[str, list[str]]:
    """{field: [code or text]} from `errors` (problem documents), from `details`, flat or nested; empty when the answer names none."""
    body = _body(answer)
    found: dict[str, list[str]] = {}
    for name in ("errors", "details"):
        _flatten(body.get(name), "", found)
    return dict(list(found.items())[:20])


def reason_of(answer: Answer) -> str:
    """The refusal in a sentence. A text answer speaks for itself; an answer without a reason says so."""
    body = _body(answer)
    for name in ("detail", "title", "message", "error_description", "error"):
        if isinstance(body.get(name), str) and body[name].strip():
            return body[name].strip()[:MOST]
    text = " ".join(answer.text().split())
    if text and not body and not text.startswith("<"):
        return text[:MOST]
    return f"It refused ({answer.status}) without saying why."


def _body(answer: Answer) -> dict[str, Any]:
    try:
        body = answer.json()
    except Unreadable:
        return {}
    return body if isinstance(body, dict) else {}


def _flatten(value: Any, path: str, found: dict[str, list[str]], depth: int = 0) -> None:
    if depth > 6:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            _flatten(item, f"{path}.{name}".strip("."), found, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _flatten(item, path, found, depth + 1)
    elif value not in (None, "") and path:
        found.setdefault(path[:80], []).append(str(value)[:80])
