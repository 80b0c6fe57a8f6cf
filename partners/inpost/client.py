"""InPost's Group API: token and point look-up. Source: the portal's authentication page; shapes as in its location API."""

import base64
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from partners.errors import Unreadable
from partners.http import Answer, Wire
from partners.inpost.records import GroupPoint, group_point
from partners.inpost.tracking import parcels_of

PARTNER = "inpost"
SCOPES = ("openid", "api:points:read", "api:tracking:read")
RENEW_BEFORE_S = 60.0
NO_SUCH_POINT = "LOCKSTEP-CONNECTION-TEST"
POINT = "/location/v1/points/{id}"
TRACKING = "/tracking/v1/parcels"
MOST_AT_ONCE = 10


class InPostClient:
    """One InPost organisation. The token is kept in the process and renewed a minute early, one renewal at a time."""

    def __init__(
        self,
        api: Wire,
        login: Wire,
        *,
        client_id: str,
        client_secret: str,
        scopes: tuple[str, ...] = SCOPES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api, self._login, self._scopes, self._monotonic = api, login, scopes, monotonic
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


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable() and " " not in value
