"""One call of the Admin GraphQL API: a 200 may still be a refusal, and says so in its body."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from partners.errors import Denied, PartnerError, Rejected, Throttled, UnknownOutcome, Unreachable, Unreadable
from partners.http import Answer, Wire
from partners.http.refusals import without_personal_data
from partners.shopify.throttle import Budget, Cost, cost_of, wait_s

PARTNER = "store"
UNUSABLE = {
    402: "Shopify has frozen the shop, because its bill is unpaid. The shop's owner must settle it.",
    404: "There is no such shop or no such version of its API. An integration admin must check SHOPIFY_URL and SHOPIFY_API_VERSION.",
    423: "Shopify has locked the shop. The shop's owner must ask Shopify why.",
}
TOO_COSTLY = frozenset({"MAX_COST_EXCEEDED", "THROTTLED"})  # the latter where no wait would bring so many points
FAULTS = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"})
REFUSALS = frozenset(
    {"BAD_REQUEST", "INVALID_FIELD_ARGUMENTS", "INVALID_VARIABLE"}
)  # seen with `null` as the change's data: nothing was done
MOST_ERRORS, MOST_FIELDS = 20, 20
_NAME = re.compile(r"\s*(?:query|mutation)\s+(\w+)")


class NoSuchThing(Rejected):
    """Shopify knows nothing by the id we named."""


class TooCostly(Rejected):
    """One query may not cost so many points, however long we wait: ask for less at a time. The line works all the same."""


class Shopify:
    """The line to one shop. Every method raises a PartnerError; none ever waits."""

    def __init__(self, wire: Wire, *, version: str, budget: Budget | None = None) -> None:
        self._wire, self.version, self._budget = wire, version, budget or Budget()

    def read(self, document: str, *, own_right: bool = False, **variables: Any) -> dict[str, Any]:
        """The `data` of a query. Its call may be repeated. `own_right`: as in `change`."""
        return self._call(document, variables, safe=True, own_right=own_right)

    def change(self, document: str, *, already: Collection[str] = (), own_right: bool = False, **variables: Any) -> bool:
        """Run a mutation whose payload is called `answer`. False when it is refused only because it is so `already`, by code.

        `own_right` says that it needs a scope of its own: where the app lacks that, only this is refused and the line works on.

        Raises Rejected with its userErrors, and UnknownOutcome when its answer was lost.
        """
        payload = self._call(document, variables, safe=False, own_right=own_right).get("answer")
        errors = payload.get("userErrors") if isinstance(payload, dict) else None
        if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
            raise UnknownOutcome(PARTNER, "Shopify does not say whether it did what we asked.")
        left = [error for error in errors if str(error.get("code") or "") not in already]
        if left:
            raise Rejected(PARTNER, _said(left, "Shopify refused without saying why."), fields=_fields(left), status=200)
        return not errors

    def _call(self, document: str, variables: Mapping[str, Any], *, safe: bool, own_right: bool = False) -> dict[str, Any]:
        named = _NAME.match(document)
        name = named[1] if named else ""
        question = f"{name} {variables.get('first', '')}"
        if wait := self._budget.wait(question):
            raise _throttled(wait)
        reading = _Reading(safe, lambda cost: self._budget.note(question, cost), own_right=own_right)
        try:
            self._wire.post(
                f"/admin/api/{self.version}/graphql.json",
                label=f"/graphql {name}".rstrip(),
                json={"query": document, "variables": dict(variables)},
                safe=safe,
                denied=UNUSABLE,
                judge=reading,
            )
        except Denied as denied:
            if denied.status in UNUSABLE:
                raise Denied(PARTNER, UNUSABLE[denied.status], request_id=denied.request_id, status=denied.status) from denied
            raise
        return reading.data


class _Reading:
    """Judges an answer inside the call, so that the gate and the log hear of what a 200 refuses. `data` is what it brought."""

    def __init__(self, safe: bool, note: Callable[[Cost], None], *, own_right: bool) -> None:
        self._safe, self._note, self._own_right, self.data = safe, note, own_right, dict[str, Any]()

    def __call__(self, answer: Answer) -> None:
        try:
            body = answer.json()
        except Unreadable as unreadable:
            raise self._odd(unreadable.sentence, answer) from unreadable
        if not isinstance(body, dict):
            raise self._odd("The answer is not as agreed.", answer)
        self._note(cost_of(_cost(body)))
        if errors := body.get("errors"):
            raise self._judged(error_of(errors, _cost(body), safe=self._safe, began="data" in body, request_id=answer.request_id))
        if not isinstance(body.get("data"), dict):
            raise self._odd("The answer holds no data.", answer)
        self.data = body["data"]

    def _judged(self, error: PartnerError) -> PartnerError:
        """A right that only this call needs is no matter of the credentials."""
        lacks = self._own_right and isinstance(error, Denied)
        return Rejected(PARTNER, error.sentence, request_id=error.request_id, status=error.status) if lacks else error

    def _odd(self, why: str, answer: Answer) -> PartnerError:
        kind = Unreadable if self._safe else UnknownOutcome
        return kind(PARTNER, why, request_id=answer.request_id, status=answer.status)


def error_of(errors: Any, cost: Any, *, safe: bool, began: bool = False, request_id: str = "") -> PartnerError:
    """What the top-level `errors` of a 200 mean. `safe` says that the call changed nothing, whatever became of it.

    `began` says that there is data beside them: then the fault was met while the call was carried out, and not before.
    """
    listed = [error for error in errors[:MOST_ERRORS] if isinstance(error, dict)] if isinstance(errors, list) else []
    codes = {_code(error) for error in listed}
    about: dict[str, Any] = {"request_id": request_id, "status": 200}
    if "THROTTLED" in codes and not cost_of(cost).is_beyond_all_waiting:
        return _throttled(wait_s(cost), **about)
    if "ACCESS_DENIED" in codes:
        return Denied(PARTNER, _denied(listed), **about)
    if codes & FAULTS:
        lost = Unreachable if safe else UnknownOutcome
        return lost(PARTNER, "Shopify answers with a fault of its own.", **about)
    if "RESOURCE_NOT_FOUND" in codes:
        return NoSuchThing(PARTNER, "Shopify knows nothing by this id.", **about)
    if codes & TOO_COSTLY:
        return TooCostly(PARTNER, "Shopify refuses the query as too large, also for one order alone.", **about)
    if began and not safe and not codes & REFUSALS:
        return UnknownOutcome(PARTNER, f"Shopify met a fault in the middle: {_said(listed, 'no reason given.')}", **about)
    said = _said(listed, without_personal_data(errors) if isinstance(errors, str) else "no reason given")
    return Unreadable(PARTNER, f"Shopify does not understand what we ask: {said} Its API may have changed.", **about)


def _throttled(wait: float, **about: Any) -> Throttled:
    return Throttled(PARTNER, f"Shopify asks us to wait {wait:.0f} seconds.", retry_after_s=wait, **about)


def _code(error: Mapping[str, Any]) -> str:
    extensions = error.get("extensions")
    return str(extensions.get("code") or "")[:80] if isinstance(extensions, dict) else ""


def _cost(body: Mapping[str, Any]) -> Any:
    extensions = body.get("extensions")
    return extensions.get("cost") if isinstance(extensions, dict) else None


def _denied(errors: list[dict[str, Any]]) -> str:
    """Names the access that is lacking, in Shopify's words: "`read_apps` access scope"."""
    needed = [without_personal_data(str(e["extensions"].get("requiredAccess") or "")) for e in errors if _code(e) == "ACCESS_DENIED"]
    named = "; ".join(dict.fromkeys(access.rstrip(".") for access in needed if access))
    lacking = f": {named}" if named else f", and says: {_said(errors, 'nothing more.')}"
    return f"Shopify does not allow us to do this{lacking}. An integration admin must widen the app's access."


def _said(errors: list[dict[str, Any]], otherwise: str) -> str:
    said = "; ".join(dict.fromkeys(without_personal_data(str(error.get("message") or "")).rstrip(".") for error in errors[:3]))
    return f"{said}." if said.strip("; ") else otherwise


def _fields(errors: list[dict[str, Any]]) -> dict[str, list[str]]:
    """{the path of the input field: [code, or message where Shopify has no code for it]}."""
    found: dict[str, list[str]] = {}
    for error in errors[:MOST_FIELDS]:
        path = error.get("field")
        name = ".".join(map(str, path)) if isinstance(path, list) else str(path or "")
        said = without_personal_data(str(error.get("code") or error.get("message") or ""), limit=80)
        found.setdefault(without_personal_data(name, limit=80), []).append(said)
    return found
