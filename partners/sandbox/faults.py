"""Faults on demand: what a partner does to the next calls instead of, or as well as, answering."""

import threading
from dataclasses import dataclass
from typing import Any

KINDS = {
    "429": "asks to wait, with Retry-After",
    "429_bare": "asks to wait without saying how long",
    "500": "fails",
    "503": "is unavailable",
    "down": "the connection is refused (cut before an answer)",
    "slow": "answers only after `seconds`",
    "drip": "sends its body one byte at a time",
    "drip_headers": "sends its headers one byte at a time",
    "cut": "breaks off in the middle of the body",
    "html_502": "a proxy answers with an HTML page",
    "truncated": "whole HTTP, half of the JSON",
    "accept_then_timeout": "does it and never answers",
    "apply_late": "does not answer, and does it `seconds` later (default 4)",
    "plain_text_200": "200 with text where JSON belongs; a write is not done",
    "other_content": "shows an order with another content than it was sent",
    "empty_200": "200 with nothing",
    "empty_feed": "a feed without a record",
    "half_feed": "half of the feed, declared as the whole",
}


@dataclass
class Fault:
    """One fault for the next `times` calls to `partner` whose path starts with `path` (and whose method is `method`, if given)."""

    partner: str
    kind: str
    times: int = 1
    path: str = ""
    method: str = ""
    seconds: float = 4.0


class Faults:
    """The faults that are armed. Each call takes at most one."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._lock = threading.Lock()

    def arm(self, said: dict[str, Any]) -> Fault:
        """Raises ValueError, with a sentence, for a kind or a field it does not know."""
        unknown = set(said) - {"partner", "kind", "times", "path", "method", "seconds"}
        if unknown:
            raise ValueError(f"unknown field {sorted(unknown)[0]}")
        if said.get("kind") not in KINDS:
            raise ValueError(f"unknown kind; choose one of {', '.join(KINDS)}")
        fault = Fault(
            partner=str(said.get("partner", "")),
            kind=str(said["kind"]),
            times=int(said.get("times", 1)),
            path=str(said.get("path", "")),
            method=str(said.get("method", "")).upper(),
            seconds=float(said.get("seconds", 4.0)),
        )
        with self._lock:
            self._armed.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def take(self, partner: str, path: str, method: str) -> Fault | None:
        """The first armed fault that fits this call, one use of it spent."""
        with self._lock:
            for fault in self._armed:
                if fault.partner == partner and path.startswith(fault.path) and fault.method in ("", method):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._armed.remove(fault)
                    return fault
        return None
