"""Faults on demand: what a partner does to the next calls instead of, or as well as, answering."""

import random
import threading
from dataclasses import dataclass
from typing import Any

PARTNERS = ("acs", "inpost", "points", "store", "xero")
KINDS = {
    "429": "asks to wait, with Retry-After",
    "429_bare": "asks to wait without saying how long",
    "500": "fails",
    "503": "is unavailable",
    "down": "the connection is refused (closed before an answer)",
    "slow": "answers only after `seconds` (default 4)",
    "drip": "sends its body one byte at a time",
    "drip_headers": "sends its headers one byte at a time",
    "cut": "breaks off in the middle of the body",
    "html_502": "a proxy answers with an HTML page",
    "truncated": "whole HTTP, half of the JSON",
    "accept_then_timeout": "a write is done and never answered",
    "apply_late": "a write is not answered, and done `seconds` later (default 4, by the world's clock)",
    "accept_then_500": "a write is done and answered with 500",
    "plain_text_200": "200 with text where JSON belongs; a write is not done",
    "other_content": "an order is kept with another postcode, a journal with another amount, than it was sent with (given method GET: only "
    "shown so)",
    "empty_200": "200 with nothing",
    "label_406": "a label is not to be had in any format",
    "not_a_pdf": "200 with the label's type and bytes that are no label",
    "not_a_photo": "a photo's address answers something else as a JPEG: `about` is html (the default), svg, empty or huge (200 MB)",
    "empty_feed": "the points feed without a record",
    "half_feed": "half of the points feed, declared as the whole",
    "throttled": "the shop's points are used up: 200 with THROTTLED, until enough have come back",
    "user_errors": "200 with a user error; a mutation is not done",
    "stale": "somebody else changes the shop's stock or metafields between our reading and our writing",
    "closed_period": "the ledger's period closes over the day of the journal that is being written",
    "edited_after": "a journal is written, and somebody changes its amount in the ledger afterwards",
    "doubled": "a journal is kept twice, the second under another id",
    "errors_in_200": "200 with a validation error in the element (`about` says which); a journal is not written",
    "schema_gone": 'a field of the shop\'s schema is gone: `about` says which (default "Order.phone")',
}
# Where a kind makes sense when nobody says where.
WRITES = ("PUT", "POST")
METHODS = {
    **dict.fromkeys(("accept_then_timeout", "accept_then_500", "apply_late"), WRITES),
    **dict.fromkeys(("closed_period", "edited_after", "errors_in_200"), WRITES),
    **dict.fromkeys(("other_content", "doubled"), ("PUT",)),
    "user_errors": ("POST",),
    "stale": ("POST",),
    **dict.fromkeys(("empty_feed", "half_feed", "label_406", "not_a_pdf", "not_a_photo"), ("GET",)),
}
FEED_ONLY = ("empty_feed", "half_feed")
LABEL_ONLY = ("label_406", "not_a_pdf")
SHOP_ONLY = ("throttled", "user_errors", "stale", "schema_gone")
LEDGER_ONLY = ("closed_period", "edited_after", "doubled", "errors_in_200")
JOURNALS, PHOTOS = "/ManualJournals", "/photos/"
# Which partner alone can have a fault.
OF_ONE = {
    **dict.fromkeys(SHOP_ONLY, ("store", "the store")),
    **dict.fromkeys(LABEL_ONLY, ("inpost", "InPost")),
    "not_a_photo": ("acs", "ACS"),
    **dict.fromkeys(LEDGER_ONLY, ("xero", "the ledger")),
}
COMPARED = ("/inventorySetQuantities", "/metafieldsSet")
FEED = "/v1/points"


@dataclass
class Fault:
    """One fault for the next `times` calls (0: until cleared) to `partner` whose path below its own address starts with `path`.

    `share` of those calls it meets, each by chance (default 1: every one); only these count against `times`.
    InPost has several doors: `/oauth2`, `/location`, `/shipping`, `/tracking`; ACS `/orders`, `/returns` and `/photos`.
    Xero's are without `/api.xro/2.0`, and asking it for a token counts as a GET.
    """

    partner: str
    kind: str
    times: int = 1
    path: str = ""
    method: str = ""
    seconds: float | None = None
    about: str = ""
    share: float = 1.0

    def fits(self, partner: str, path: str, method: str) -> bool:
        if self.partner != partner or not path.startswith(self.path):
            return False
        if self.kind in FEED_ONLY and path != FEED:
            return False
        if self.kind in LABEL_ONLY and not path.endswith("/label"):
            return False
        if self.kind == "not_a_photo" and not path.startswith(PHOTOS):
            return False
        if self.kind in LEDGER_ONLY and not path.startswith(JOURNALS):
            return False
        if self.kind == "stale" and path not in COMPARED:
            return False
        return method == self.method if self.method else method in METHODS.get(self.kind, (method,))


class Faults:
    """The faults that are armed, first come first served. Each call takes at most one. `seed` decides what befalls by chance."""

    def __init__(self, seed: int = 0) -> None:
        self.armed: list[Fault] = []
        self._chance = random.Random(f"faults {seed}")  # noqa: S311 - which call fails
        self._lock = threading.Lock()

    def arm(self, said: dict[str, Any]) -> Fault:
        """Raises ValueError, with a sentence, for a partner, kind or field it does not know."""
        if unknown := set(said) - set(Fault.__dataclass_fields__):
            raise ValueError(f"unknown field {min(unknown)}")
        if said.get("partner") not in PARTNERS:
            raise ValueError(f"unknown partner; choose one of {', '.join(PARTNERS)}")
        if said.get("kind") not in KINDS:
            raise ValueError(f"unknown kind; choose one of {', '.join(KINDS)}")
        alone, name = OF_ONE.get(said["kind"], ("", ""))
        if alone and said["partner"] != alone:
            raise ValueError(f"{said['kind']} is a fault of {name} alone")
        fault = Fault(
            partner=str(said["partner"]),
            kind=str(said["kind"]),
            times=int(said.get("times", 1)),
            path=str(said.get("path") or ""),
            method=str(said.get("method") or "").upper(),
            seconds=None if said.get("seconds") is None else float(said["seconds"]),
            about=str(said.get("about") or ""),
            share=float(said.get("share", 1)),
        )
        if not 0 < fault.share <= 1:
            raise ValueError("share is more than 0 and at most 1")
        with self._lock:
            self.armed.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self.armed.clear()

    def take(self, partner: str, path: str, method: str) -> Fault | None:
        """The first armed fault that fits this call, one use of it spent."""
        with self._lock:
            fault = next((fault for fault in self.armed if fault.fits(partner, path, method) and self._befalls(fault)), None)
            if fault and fault.times:
                fault.times -= 1
                if not fault.times:
                    self.armed.remove(fault)
            return fault

    def _befalls(self, fault: Fault) -> bool:
        return fault.share >= 1 or self._chance.random() < fault.share
