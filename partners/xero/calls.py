"""One call of Xero's Accounting API: the token of a custom connection, the tenant it is about, the limits."""

import base64
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from partners.errors import Denied, Unreadable
from partners.http import Answer, Wire
from partners.xero.limits import Limits
from partners.xero.refusals import judge_write

PARTNER = "ledger"
SCOPES = ("accounting.manualjournals", "accounting.invoices", "accounting.settings.read", "accounting.contacts")
RENEW_BEFORE_S = 60.0
MOST_OF_A_KEY = 128


class Calls:
    """The line to one organisation. The token is kept in the process and renewed a minute early, one renewal at a time."""

    def __init__(
        self,
        api: Wire,
        login: Wire,
        *,
        client_id: str,
        client_secret: str,
        tenant_id: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api, self._login, self._tenant_id, self._monotonic = api, login, tenant_id, monotonic
        self._basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._limits = Limits(monotonic=monotonic)
        self._token, self._good_until, self._lock = "", 0.0, threading.Lock()
        self.granted: tuple[str, ...] = ()

    def renew(self) -> None:
        """Ask for a new token now: it proves the credentials, and says what is granted."""
        self._fresh_token(instead_of=self._token)

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, *, label: str, headers: Mapping[str, str] | None = None
    ) -> Answer | None:
        """GET; None for what Xero does not know. A token that was withdrawn early is renewed once."""
        token, answer = self._fresh_token(), self._get(path, params, label, headers, expect=(401, 404))
        if answer.status == 401:
            self._fresh_token(instead_of=token)
            answer = self._get(path, params, label, headers, expect=(404,))
        return None if answer.status == 404 else answer

    def write(self, method: str, path: str, body: bytes, *, label: str, idempotency_key: str = "") -> Answer:
        """PUT or POST. A refused token had no effect, so one that was withdrawn early is renewed once.

        Raises Rejected with Xero's sentences, PeriodClosed, UnknownOutcome where the answer was lost or cannot be read.
        """
        token = self._fresh_token()
        try:
            return self._written(method, path, body, label, idempotency_key)
        except Denied as refused:
            if refused.status != 401:
                raise
        self._fresh_token(instead_of=token)
        return self._written(method, path, body, label, idempotency_key)

    def _get(
        self, path: str, params: Mapping[str, Any] | None, label: str, headers: Mapping[str, str] | None, *, expect: tuple[int, ...]
    ) -> Answer:
        return self._noted(lambda: self._api.get(path, params, label=label, headers=self._headers() | dict(headers or {}), expect=expect))

    def _written(self, method: str, path: str, body: bytes, label: str, idempotency_key: str) -> Answer:
        key = {"Idempotency-Key": idempotency_key[:MOST_OF_A_KEY]} if idempotency_key else {}
        headers = self._headers() | key
        return self._noted(lambda: self._api.write(method, path, label=label, json=body, headers=headers, judge=judge_write, expect=(400,)))

    def _noted(self, call: Callable[[], Answer]) -> Answer:
        self._limits.ask()
        answer = call()
        self._limits.note(answer)
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}", "xero-tenant-id": self._tenant_id}

    def _fresh_token(self, *, instead_of: str | None = None) -> str:
        with self._lock:
            if self._monotonic() >= self._good_until or self._token == instead_of:
                self._renew()
            return self._token

    def _renew(self) -> None:
        form = {"grant_type": "client_credentials", "scope": " ".join(SCOPES)}
        answer = self._login.post(
            "", label="/connect/token", form=form, headers={"Authorization": f"Basic {self._basic}"}, safe=True, denied=(400,)
        )
        body = answer.json()
        token = body.get("access_token") if isinstance(body, dict) else None
        lasts = body.get("expires_in", 0) if isinstance(body, dict) else None
        if not _is_token(token) or isinstance(lasts, bool) or not isinstance(lasts, int):
            raise Unreadable(PARTNER, "Xero's token answer is not as agreed.", request_id=answer.request_id)
        self._token, self._good_until = str(token), self._monotonic() + max(lasts - RENEW_BEFORE_S, 0.0)
        self.granted = tuple(str(body.get("scope") or "").split()) or SCOPES


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable() and " " not in value
