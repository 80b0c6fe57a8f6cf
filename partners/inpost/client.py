"""InPost's Group API: token and point look-up. Source: the portal's authentication page; shapes as in its location API."""

import base64
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from partners.errors import Denied, Rejected, Unreadable
from partners.http import Answer, Wire
from partners.inpost.records import GroupPoint, group_point

PARTNER = "inpost"
SCOPES = ("openid", "api:points:read")
RENEW_BEFORE_S = 60.0


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
        answer = self._authorised(f"/location/v1/points/{quote(point_id, safe='')}", label="/location/v1/points/{id}")
        return None if answer.status == 404 else group_point(answer.json(), request_id=answer.request_id)

    def check(self) -> str:
        """Prove that a token is granted, in a sentence."""
        self._fresh_token(force=True)
        return f"A token was granted with the scopes {', '.join(self.granted) or 'the partner did not name'}."

    def _authorised(self, path: str, *, label: str) -> Answer:
        try:
            return self._get(path, label, self._fresh_token())
        except Denied as refused:
            if refused.status != 401:
                raise
        return self._get(path, label, self._fresh_token(force=True))  # once: the token may have been withdrawn early

    def _get(self, path: str, label: str, token: str) -> Answer:
        return self._api.get(path, label=label, headers={"Authorization": f"Bearer {token}"}, missing_is_fine=True)

    def _fresh_token(self, *, force: bool = False) -> str:
        with self._lock:
            if force or self._monotonic() >= self._good_until:
                self._renew()
            return self._token

    def _renew(self) -> None:
        form = {"grant_type": "client_credentials", "scope": " ".join(self._scopes)}
        try:
            answer = self._login.post("", label="/oauth2/token", form=form, headers={"Authorization": f"Basic {self._basic}"})
        except Rejected as refused:
            raise Denied(PARTNER, "It refuses our client id or secret.", request_id=refused.request_id, status=refused.status) from refused
        body = _token_body(answer)
        self._token = body["access_token"]
        self._good_until = self._monotonic() + max(float(body.get("expires_in", 0)) - RENEW_BEFORE_S, 0.0)
        self.granted = tuple(str(body.get("scope", "")).split()) or self._scopes


def _token_body(answer: Answer) -> dict[str, Any]:
    body = answer.json()
    if not isinstance(body, dict) or not isinstance(body.get("access_token"), str) or not isinstance(body.get("expires_in", 0), int):
        raise Unreadable(PARTNER, "The token answer is not as agreed.", request_id=answer.request_id)
    return body
