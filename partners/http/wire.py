"""Calls to one partner: a total deadline, a byte cap, no redirects, no surprises, and a log without personal data."""

import time
import uuid
from collections.abc import Mapping
from typing import Any, Protocol

import httpx
import structlog

from partners.errors import (
    Conflict,
    Denied,
    PartnerError,
    Rejected,
    Throttled,
    UnknownOutcome,
    Unreachable,
    Unreadable,
)
from partners.http import addresses, deadline
from partners.http.answers import Answer, retry_after_s
from partners.http.refusals import fields_of, reason_of

SAFE = frozenset({"GET", "HEAD"})
TRIES_OF_SAFE_CALLS = 2

log = structlog.get_logger(__name__)


class Gate(Protocol):
    """Asked before each call and told after it. `before` raises Throttled, Unreachable or Denied when the call must not be made."""

    def before(self, partner: str) -> None: ...

    def after(self, partner: str, error: PartnerError | None, request_id: str) -> None: ...


class Wire:
    """The line to one partner. Each method returns an Answer or raises a PartnerError; a write whose answer is lost raises UnknownOutcome."""

    def __init__(
        self,
        partner: str,
        base_url: str,
        *,
        deadline_s: float = 20.0,
        byte_cap: int = 25_000_000,
        transport: httpx.BaseTransport | None = None,
        gate: Gate | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        allow_local: bool = False,
    ) -> None:
        self._partner, self._base_url = partner, base_url.rstrip("/")
        self._deadline_s, self._cap, self._gate, self._allow_local = deadline_s, byte_cap, gate, allow_local
        self._checked = transport is not None
        self._client = httpx.Client(
            transport=transport or deadline.transport(),
            headers={"Accept-Encoding": "identity", "Accept": "application/json", "User-Agent": "Lockstep", **(headers or {})},
            auth=auth,
            timeout=httpx.Timeout(deadline_s, connect=min(5.0, deadline_s)),
            follow_redirects=False,
            trust_env=False,
        )

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        label: str,
        headers: Mapping[str, str] | None = None,
        missing_is_fine: bool = False,
    ) -> Answer:
        """GET, tried once more within the deadline when nothing came back. `label` is the path as it may be logged."""
        return self._call("GET", path, label=label, missing_is_fine=missing_is_fine, params=params, headers=headers)

    def put(self, path: str, json: Any, *, label: str) -> Answer:
        return self._call("PUT", path, label=label, json=json)

    def post(
        self, path: str, *, label: str, form: Mapping[str, str] | None = None, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        return self._call("POST", path, label=label, data=form, json=json, headers=headers)

    def close(self) -> None:
        self._client.close()

    def _call(self, method: str, path: str, *, label: str, missing_is_fine: bool = False, **content: Any) -> Answer:
        tries = TRIES_OF_SAFE_CALLS if method in SAFE else 1
        token = deadline.ends_at.set(time.monotonic() + self._deadline_s)
        try:
            for left in reversed(range(tries)):
                try:
                    return self._once(method, path, label, missing_is_fine, content)
                except Unreachable:
                    if not left or time.monotonic() >= deadline.ends_at.get():
                        raise
            raise AssertionError("unreachable")  # pragma: no cover
        finally:
            deadline.ends_at.reset(token)

    def _once(self, method: str, path: str, label: str, missing_is_fine: bool, content: dict[str, Any]) -> Answer:
        request_id, started = str(uuid.uuid4()), time.monotonic()
        error: PartnerError | None = None
        status = None
        if self._gate:
            self._gate.before(self._partner)
        try:
            answer = self._exchange(method, path, label, request_id, content)
            status = answer.status
            if not (status == 404 and missing_is_fine):
                self._judge(method, answer)
            return answer
        except PartnerError as trouble:
            error = trouble
            raise
        finally:
            if self._gate:
                self._gate.after(self._partner, error, request_id)
            self._log(method, label, status, error, request_id, started)

    def _exchange(self, method: str, path: str, label: str, request_id: str, content: dict[str, Any]) -> Answer:
        self._check_address()
        sent = {name: value for name, value in content.items() if value is not None}
        sent["headers"] = {"X-Request-Id": request_id, **sent.get("headers", {})}
        try:
            with self._client.stream(method, self._base_url + path, **sent) as response:
                body = self._read(response, method, request_id)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as lost:
            raise Unreachable(self._partner, "It cannot be reached.", request_id=request_id) from lost
        except (httpx.HTTPError, httpx.StreamError, OSError) as lost:
            raise self._lost(method, request_id, lost) from lost
        echoed = response.headers.get("x-request-id", "")[:80] or request_id
        return Answer(self._partner, response.status_code, {k.lower(): v for k, v in response.headers.items()}, body, echoed, label)

    def _read(self, response: httpx.Response, method: str, request_id: str) -> bytes:
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self._cap:
                raise self._unusable(method, f"The answer is larger than {self._cap} bytes.", request_id, response.status_code)
            if time.monotonic() > deadline.ends_at.get():
                raise httpx.ReadTimeout("the whole call took too long")
            parts.append(part)
        return b"".join(parts)

    def _lost(self, method: str, request_id: str, lost: Exception) -> PartnerError:
        slow = isinstance(lost, httpx.TimeoutException)
        what = f"It did not answer within {self._deadline_s:g} seconds." if slow else "The connection broke off."
        kind = Unreachable if method in SAFE else UnknownOutcome
        return kind(self._partner, what, request_id=request_id)

    def _unusable(self, method: str, what: str, request_id: str, status: int) -> PartnerError:
        kind = Unreadable if method in SAFE else UnknownOutcome
        return kind(self._partner, what, request_id=request_id, status=status)

    def _judge(self, method: str, answer: Answer) -> None:
        status, about = answer.status, {"request_id": answer.request_id, "status": answer.status}
        if 200 <= status < 300:
            return
        if status in (401, 403):
            raise Denied(self._partner, _DENIED[status], **about)  # type: ignore[arg-type]
        if status == 429 or (status == 503 and "retry-after" in answer.headers):
            wait = retry_after_s(answer.headers)
            raise Throttled(self._partner, f"It asks us to wait {wait:.0f} seconds.", retry_after_s=wait, **about)  # type: ignore[arg-type]
        if status == 409:
            raise Conflict(self._partner, reason_of(answer), fields=fields_of(answer), **about)  # type: ignore[arg-type]
        if 400 <= status < 500:
            raise Rejected(self._partner, reason_of(answer), fields=fields_of(answer), **about)  # type: ignore[arg-type]
        if 300 <= status < 400:
            raise self._unusable(method, "It answers with a redirect, which is not followed.", answer.request_id, status)
        kind = Unreachable if method in SAFE else UnknownOutcome
        raise kind(self._partner, f"It answers with a fault of its own ({status}).", **about)  # type: ignore[arg-type]

    def _check_address(self) -> None:
        if not self._checked:
            addresses.check(self._partner, self._base_url, allow_local=self._allow_local)
            self._checked = True

    def _log(self, method: str, label: str, status: int | None, error: PartnerError | None, request_id: str, started: float) -> None:
        log.info(
            "partner call",
            partner=self._partner,
            method=method,
            path=label,
            status=status,
            error=type(error).__name__ if error else None,
            ms=round((time.monotonic() - started) * 1000),
            request_id=request_id,
        )


_DENIED = {
    401: "It refuses our credentials. An integration admin must renew them.",
    403: "It does not allow us to do this. An integration admin must widen our access.",
}
