"""What does the status of an answer mean for us?"""

from collections.abc import Collection
from typing import Any

from partners.errors import Conflict, Denied, Rejected, Throttled, UnknownOutcome, Unreachable, Unreadable
from partners.http.answers import Answer, retry_after_s
from partners.http.refusals import fields_of, reason_of

_DENIED = {
    401: "It refuses our credentials. An integration admin must renew them.",
    403: "It does not allow us to do this. An integration admin must widen our access.",
}
TIMED_OUT = 408


def judge(answer: Answer, *, safe: bool, denied: Collection[int] = ()) -> None:
    """Raise what the status means; nothing for a success. Statuses in `denied` mean refused credentials in this call.

    A fault of the partner's own says nothing about whether a write happened.
    """
    status, partner = answer.status, answer.partner
    about: dict[str, Any] = {"request_id": answer.request_id, "status": status}
    if 200 <= status < 300:
        return
    if status in _DENIED or status in denied:
        raise Denied(partner, _DENIED.get(status) or f"It refuses our credentials: {reason_of(answer)}", **about)
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        wait = retry_after_s(answer.headers)
        raise Throttled(partner, f"It asks us to wait {wait:.0f} seconds.", retry_after_s=wait, **about)
    if 400 <= status < 500 and status != TIMED_OUT:
        kind = Conflict if status == 409 else Rejected
        raise kind(partner, reason_of(answer), fields=fields_of(answer), **about)
    if 300 <= status < 400:
        redirected = Unreadable if safe else UnknownOutcome
        raise redirected(partner, "It answers with a redirect, which is not followed.", **about)
    lost = Unreachable if safe else UnknownOutcome
    raise lost(partner, f"It answers with a fault of its own ({status}).", **about)
