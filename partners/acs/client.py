"""ACS's partner order API: PUT and GET of one order. Field names and assumptions: docs/partners/acs.md."""

from urllib.parse import quote

from partners.acs.fields import from_acs, to_acs
from partners.acs.records import AcsOrder, OutboundOrder, PutAnswer
from partners.errors import RecordError, Unreadable
from partners.http import Wire

PARTNER = "acs"


class AcsClient:
    """One ACS account. With a subscription key the newer host is spoken to, else Basic with the account code in the body."""

    def __init__(self, wire: Wire, *, account_code: str, newer_host: bool, locker_field: str, size_field: str) -> None:
        self._wire, self._account_code, self._newer = wire, account_code, newer_host
        self._locker_field, self._size_field = locker_field, size_field

    def get_order(self, number: str) -> AcsOrder | None:
        """The order as ACS shows it, or None when ACS does not know it. Raises PartnerError."""
        answer = self._wire.get(self._path(number), label="/orders/{OrderNumber}", missing_is_fine=True)
        if answer.status == 404:
            return None
        try:
            return from_acs(answer.json(), locker_field=self._locker_field, size_field=self._size_field, raw=answer.body)
        except RecordError as error:
            sentence = f"ACS's order cannot be read: {error.path} {error.reason}."
            raise Unreadable(PARTNER, sentence, request_id=answer.request_id) from error

    def put_order(self, order: OutboundOrder) -> PutAnswer:
        """Create or amend the order. The answer is text and proves nothing: read the order back.

        Raises Rejected when ACS refuses it, UnknownOutcome when no answer came, and every other PartnerError.
        """
        body = to_acs(order, account_code=self._account_code, locker_field=self._locker_field, size_field=self._size_field)
        answer = self._wire.put(self._path(order.number), body, label="/orders/{OrderNumber}")
        return PutAnswer(answer.status, answer.text()[:500], answer.request_id)

    def _path(self, number: str) -> str:
        return f"/orders/{quote(number, safe='')}" + (".json" if self._newer else "")
