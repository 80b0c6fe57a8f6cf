"""ACS's partner order API: PUT and GET of one order. Field names and assumptions: docs/partners/acs.md."""

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from partners.acs.fields import TEXTS, from_acs, labelled, to_acs
from partners.acs.records import AcsOrder, OutboundOrder, PutAnswer
from partners.errors import RecordError, Rejected, Unreadable
from partners.http import Wire

PARTNER = "acs"
LABEL = "/orders/{OrderNumber}"
NO_SUCH_ORDER = "LOCKSTEP-CONNECTION-TEST"
NOT_PERSONAL = frozenset({"service", "agent"})


class AcsClient:
    """One ACS account. With a subscription key the newer host is spoken to, else Basic with the account code in the body.

    The fields are the spare ones agreed for the locker, the parcel size and, where labels are told so, the label's address.
    """

    def __init__(
        self, wire: Wire, *, account_code: str, newer_host: bool, locker_field: str, size_field: str, label_field: str = ""
    ) -> None:
        self._wire, self._account_code, self._newer = wire, account_code, newer_host
        self._spare = {"locker_field": locker_field, "size_field": size_field, "label_field": label_field}

    def get_order(self, number: str) -> AcsOrder | None:
        """The order as ACS shows it, or None when ACS does not know it. Raises PartnerError."""
        answer = self._wire.get(self._path(number), label=LABEL, expect=(404,))
        if answer.status == 404 and answer.is_page:
            raise Unreadable(PARTNER, "A web page answers in ACS's place. Check ACS_API_URL.", request_id=answer.request_id, status=404)
        if answer.status == 404:
            return None
        try:
            return from_acs(answer.json(), raw=answer.body, **self._spare)
        except RecordError as error:
            sentence = f"ACS's order cannot be read: {error.path} {error.reason}."
            raise Unreadable(PARTNER, sentence, request_id=answer.request_id) from error

    def put_order(self, order: OutboundOrder) -> PutAnswer:
        """Create or amend the order. The answer is text and proves nothing: read the order back.

        Raises Rejected when ACS refuses it, UnknownOutcome when no answer came, and every other PartnerError.
        """
        return self._put(order, to_acs(order, account_code=self._account_code, **self._spare))

    def put_label(self, there: AcsOrder, label_url: str) -> PutAnswer:
        """Say of an order what ACS shows of it, and where its label is: nothing else of it changes, as far as ACS shows it.

        Raises what `put_order` raises, and Rejected where nobody has said which field is the label's.
        """
        if not self._spare["label_field"]:
            raise Rejected(PARTNER, "No field of ACS's is set for the label's address. Set ACS_LABEL_FIELD.")
        shown = json.loads(there.raw)
        try:
            body = labelled(shown, label_url, account_code=self._account_code, label_field=self._spare["label_field"])
        except RecordError as error:
            raise Unreadable(PARTNER, f"ACS's order cannot be read: {error.path} {error.reason}.") from error
        return self._put(replace(there.content, label_url=label_url), body)

    def _put(self, order: OutboundOrder, body: dict[str, Any]) -> PutAnswer:
        try:
            answer = self._wire.put(self._path(order.number), body, label=LABEL)
        except Rejected as refused:
            refused.sentence = _without(order, refused.sentence)
            refused.fields = {field: [_without(order, code) for code in codes] for field, codes in refused.fields.items()}
            raise
        return PutAnswer(answer.status, answer.text()[:500], answer.request_id)

    def check(self) -> str:
        """Prove that ACS answers and knows us, in a sentence: it says that it does not know an order nobody has."""
        self.get_order(NO_SUCH_ORDER)
        return "ACS answers and accepts our credentials."

    def _path(self, number: str) -> str:
        if not number.strip("."):
            raise Rejected(PARTNER, "An order number of dots alone cannot be part of an address.")
        return f"/orders/{quote(number, safe='')}" + (".json" if self._newer else "")


def _without(order: OutboundOrder, said: str) -> str:
    """What ACS said, without what it repeats of the customer or of the label's address."""
    values = {getattr(order, name).strip() for name in (*TEXTS, "label_url") if name not in NOT_PERSONAL}
    for value in sorted((value for value in values if len(value) > 1), key=len, reverse=True):
        said = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", said, flags=re.IGNORECASE)
    return said
