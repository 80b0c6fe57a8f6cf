"""InPost's Group API: token, point look-up, shipments and their labels. Source: the portal's authentication page; shapes as in its APIs."""

import base64
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from partners.errors import Denied, Rejected, UnknownOutcome, Unreadable
from partners.http import Answer, Wire
from partners.inpost.records import GroupPoint, group_point
from partners.inpost.shipments import MAGIC, Consignment, Sender, create_body
from partners.inpost.tracking import parcels_of
from partners.values import identifier

PARTNER = "inpost"
SCOPES = ("openid", "api:points:read", "api:shipments:read", "api:shipments:write", "api:tracking:read")
RENEW_BEFORE_S = 60.0
NO_SUCH_POINT = "LOCKSTEP-CONNECTION-TEST"
POINT = "/location/v1/points/{id}"
TRACKING = "/tracking/v1/parcels"
MOST_AT_ONCE = 10
SHIPMENTS = "/shipping/v2/organizations/{organizationId}/shipments"
SHIPMENT, LABEL = SHIPMENTS + "/{trackingNumber}", SHIPMENTS + "/{trackingNumber}/label"


class InPostClient:
    """One InPost organisation. The token is kept in the process and renewed a minute early, one renewal at a time."""

    def __init__(
        self,
        api: Wire,
        login: Wire,
        *,
        client_id: str,
        client_secret: str,
        organization_id: str = "",
        sender: Sender | None = None,
        scopes: tuple[str, ...] = SCOPES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api, self._login, self._scopes, self._monotonic = api, login, scopes, monotonic
        self._organization_id, self._sender = organization_id, sender
        self._basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._token, self._good_until, self._lock = "", 0.0, threading.Lock()
        self.granted: tuple[str, ...] = ()

    def point(self, point_id: str) -> GroupPoint | None:
        """One point as the location API shows it, or None when it does not know it. It names no status and no sizes."""
        if not point_id.strip("."):
            return None
        answer = self._authorised(f"/location/v1/points/{quote(point_id, safe='')}", label=POINT)
        return None if answer.status == 404 else group_point(answer.json(), request_id=answer.request_id)

    def tracked(self, numbers: Sequence[str]) -> dict[str, list[bytes]]:
        """By tracking number, the raw events of at most ten parcels; without those that InPost does not know. It forgets after 121
        days."""
        if not 0 < len(numbers) <= MOST_AT_ONCE:
            raise ValueError(f"InPost is asked for 1 to {MOST_AT_ONCE} parcels at a time.")
        asked = urlencode([("trackingNumbers", number) for number in numbers])
        answer = self._authorised(f"{TRACKING}?{asked}", label=TRACKING, headers={"x-inpost-event-version": "V2"})
        return {} if answer.status == 404 else parcels_of(answer.json(), numbers, request_id=answer.request_id)

    def check(self) -> str:
        """Prove that a token is granted and opens the location API, in a sentence. `granted` names its scopes."""
        self._fresh_token(instead_of=self._token)
        self.point(NO_SUCH_POINT)
        return "InPost grants a token, and the location API accepts it."

    def create_shipment(self, parcel: Consignment, *, deduplication_id: str) -> str:
        """Create a shipment to a locker; return its tracking number. The same id and body again make no second one.

        Raises Rejected with InPost's fields, UnknownOutcome where an answer was lost or names no number, and every other PartnerError.
        """
        if self._sender is None:
            raise Rejected(PARTNER, "Nobody is set as the sender.", fields={"sender": ["required"]})
        body = create_body(parcel, self._sender)
        answer = self._post(self._shipments(), body, headers={"X-Deduplication-Id": deduplication_id})
        return _tracking_number(answer)

    def shipment(self, tracking_number: str) -> bool:
        """Does InPost know this shipment?"""
        return self._authorised(self._shipments(tracking_number), label=SHIPMENT).status != 404

    def label(self, tracking_number: str, *, accept: str) -> bytes:
        """The label's bytes, in the format that `accept` names. Raises Unreadable where they are not that."""
        answer = self._authorised(self._shipments(tracking_number, "label"), label=LABEL, headers={"Accept": accept})
        why = _no_label(answer, MAGIC[accept])
        if why:
            raise Unreadable(PARTNER, why, request_id=answer.request_id, status=answer.status)
        return answer.body

    def _shipments(self, *more: str) -> str:
        parts = ("shipping", "v2", "organizations", self._organization_id, "shipments", *more)
        return "/" + "/".join(quote(part, safe="") for part in parts)

    def _post(self, path: str, body: Mapping[str, Any], *, headers: Mapping[str, str]) -> Answer:
        """POST with the token. A refused token had no effect, so one that was withdrawn early is renewed once."""
        token = self._fresh_token()
        try:
            return self._posted(path, body, token, headers)
        except Denied as refused:
            if refused.status != 401:
                raise
        return self._posted(path, body, self._fresh_token(instead_of=token), headers)

    def _posted(self, path: str, body: Mapping[str, Any], token: str, headers: Mapping[str, str]) -> Answer:
        return self._api.post(path, label=SHIPMENTS, json=body, headers={"Authorization": f"Bearer {token}", **headers})

    def _authorised(self, path: str, *, label: str, headers: Mapping[str, str] | None = None) -> Answer:
        """GET with the token. One that InPost withdrew before its time is renewed once."""
        token, more = self._fresh_token(), headers or {}
        answer = self._get(path, label, token, more, expect=(401, 404))
        return answer if answer.status != 401 else self._get(path, label, self._fresh_token(instead_of=token), more, expect=(404,))

    def _get(self, path: str, label: str, token: str, more: Mapping[str, str], *, expect: tuple[int, ...]) -> Answer:
        return self._api.get(path, label=label, headers={"Authorization": f"Bearer {token}", **more}, expect=expect)

    def _fresh_token(self, *, instead_of: str | None = None) -> str:
        """A token that is good for a minute more; another one than `instead_of`, which somebody else may have renewed already."""
        with self._lock:
            if self._monotonic() >= self._good_until or self._token == instead_of:
                self._renew()
            return self._token

    def _renew(self) -> None:
        form = {"grant_type": "client_credentials", "scope": " ".join(self._scopes)}
        headers = {"Authorization": f"Basic {self._basic}"}
        answer = self._login.post("", label="/oauth2/token", form=form, headers=headers, safe=True, denied=(400,))
        body = _token_body(answer)
        self._token = body["access_token"]
        self._good_until = self._monotonic() + max(body.get("expires_in", 0) - RENEW_BEFORE_S, 0.0)
        self.granted = tuple(str(body.get("scope") or "").split()) or self._scopes


def _token_body(answer: Answer) -> dict[str, Any]:
    body = answer.json()
    if not isinstance(body, dict) or not _is_token(body.get("access_token")) or not isinstance(body.get("expires_in", 0), int):
        raise Unreadable(PARTNER, "The token answer is not as agreed.", request_id=answer.request_id)
    return body


def _no_label(answer: Answer, begins: bytes) -> str:
    """Why this is not a label; "" where it is one."""
    if answer.status == 404:
        return "InPost does not know the shipment it has just made."
    if not answer.body:
        return "InPost sent an empty label."
    return "" if answer.body.lstrip().startswith(begins) else "InPost sent something that is not the label."


def _tracking_number(answer: Answer) -> str:
    """The number of what was made. An answer without one means that a shipment may exist: it is to be looked up."""
    try:
        body = answer.json()
    except Unreadable as unread:
        raise UnknownOutcome(PARTNER, unread.sentence, request_id=unread.request_id, status=unread.status) from unread
    said = body.get("trackingNumber") if isinstance(body, dict) else None
    number = identifier(said, limit=60) if isinstance(said, str) else ""
    if not number:
        raise UnknownOutcome(PARTNER, "InPost's answer names no tracking number.", request_id=answer.request_id, status=answer.status)
    return number


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable() and " " not in value
