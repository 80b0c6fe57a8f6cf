"""Why did Xero say no? In a 400, or in an element of a 200: both are looked at before anything is believed."""

import re
from datetime import date, datetime
from typing import Any

from partners.errors import PartnerError, PeriodClosed, Rejected, UnknownOutcome
from partners.http import Answer
from partners.http.refusals import without_personal_data

PARTNER = "ledger"
MOST = 5
_LOCKED = re.compile(r"lock(ed)? date|period is (closed|locked)|locked period", re.IGNORECASE)
_SET_AT = re.compile(r"set at (\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def judge_write(answer: Answer) -> None:
    """Raise what a write's answer refuses, whatever its status: Rejected with Xero's own sentences, PeriodClosed over a locked day.

    A 200 that cannot be read says nothing of what was done: UnknownOutcome.
    """
    try:
        body = answer.json()
    except PartnerError as unread:
        raise UnknownOutcome(PARTNER, unread.sentence, request_id=answer.request_id, status=answer.status) from unread
    said = _said(body)
    if said or answer.status == 400:
        raise refusal(said, request_id=answer.request_id, status=answer.status)


def refusal(said: list[str], *, request_id: str = "", status: int | None = None) -> Rejected:
    """The error that these sentences of Xero's mean."""
    sentence = (
        " ".join(without_personal_data(text).rstrip(".") + "." for text in said[:MOST])[:300] or "Xero refuses it without saying why."
    )
    if any(_LOCKED.search(text) for text in said):
        return PeriodClosed(PARTNER, sentence, locked_to=_locked_to(said), request_id=request_id, status=status)
    return Rejected(PARTNER, sentence, request_id=request_id, status=status)


def _said(body: Any) -> list[str]:
    """Xero's sentences of refusal: those of the elements, and where there are none the message of the whole."""
    if not isinstance(body, dict):
        return ["Xero answers something that is not as agreed"]
    elements = [element for name, value in body.items() if isinstance(value, list) and name != "Warnings" for element in value]
    found = [text for element in elements if isinstance(element, dict) for text in _of_element(element)]
    whole = str(body.get("Message") or "") if "ErrorNumber" in body or body.get("Type") == "ValidationException" else ""
    return list(dict.fromkeys(found or ([whole] if whole else [])))


def _of_element(element: dict[str, Any]) -> list[str]:
    errors = element.get("ValidationErrors")
    texts = [str(error.get("Message") or "") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    marked = element.get("StatusAttributeString") == "ERROR" or element.get("HasErrors") is True
    return [text for text in texts if text] or (["Xero marks it as wrong without saying why"] if marked else [])


def _locked_to(said: list[str]) -> date | None:
    """The last closed day, from "currently set at 31-Jul-2013"; by names of months, not by the machine's language."""
    found = _SET_AT.search(" ".join(said))
    if not found:
        return None
    day, month, year = re.split(r"[ -]", found[1])
    try:
        return datetime(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day)).date()  # noqa: DTZ001 - a day of the books has no zone
    except ValueError:
        return None
