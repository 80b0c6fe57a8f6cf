"""Who may call us: hashed, scoped, expiring bearer tokens, and a default that lets nobody in."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_backends
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from exceptions_queue.audit import Actor, record
from partners.models import ApiToken

SCOPES = {
    "contact:read": "see contact data unmasked, where the user may",
    "eligibility": "ask at checkout whether a basket may go to a locker",
    "exceptions:read": "read exceptions",
    "exceptions:write": "act on exceptions",
    "lockers:read": "read the mirrored lockers",
    "metrics:read": "read the gauges at /metrics",
    "orders:read": "read orders, contact data masked",
    "orders:write": "act on orders",
    "returns:read": "read write-offs and their drafted journals",
    "stock:read": "read how many of a SKU may be sold, and why",
    "sync:read": "read how the feeds went",
}
PREFIX = "lockstep_"  # so that secret scanners and people recognise one
KEPT_S, MOST_KEPT = 60.0, 1_000
USE_NOTED_EVERY = timedelta(minutes=1)
REFUSED = "This token is not valid."  # one sentence for unknown, ended and revoked ones: it helps nobody guess
NO_CSRF = "With a session an act needs the CSRF token in the header X-CSRFToken. A program uses a token instead."


def create(user: User, *, name: str, scopes: Collection[str], days: int, actor: Actor, at: datetime) -> tuple[ApiToken, str]:
    """Make a token; the text returned is shown once and kept nowhere. Raises ValueError for a scope that does not exist."""
    if unknown := set(scopes) - set(SCOPES):
        raise ValueError(f"There is no scope {', '.join(sorted(unknown))}. The scopes are: {', '.join(sorted(SCOPES))}.")
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            name=name[:80],
            token_hash=digest(text),
            last_four=text[-4:],
            scopes=sorted(set(scopes)),
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        after = {"name": token.name, "scopes": token.scopes, "days": days}
        record("token created", token, actor=actor, at=at, after=after)
    return token, text


def revoke(token: ApiToken, *, actor: Actor, at: datetime) -> None:
    """End a token now. A second time changes nothing."""
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at):
            record("token revoked", token, actor=actor, at=at)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer …`. `request.user` is the token's user, `request.auth` the token."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """None without such a header; AuthenticationFailed for a token that is unknown, ended or revoked.

        The look-up is by the hash of a random secret, so its timing tells nothing; the hash is compared again in constant time.
        """
        kind, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            return None
        at, hashed = timezone.now(), digest(text.strip())
        token = ApiToken.objects.select_related("user__access").filter(token_hash=hashed).first()
        if token is None or not secrets.compare_digest(token.token_hash, hashed) or not is_valid(token, at=at):
            raise AuthenticationFailed(REFUSED)
        _note_use(token, at)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="lockstep"'


def is_valid(token: ApiToken, *, at: datetime) -> bool:
    """A token opens no more than its user's own password would today."""
    return token.revoked_at is None and token.expires_at > at and _may_come_in(token.user)


@dataclass(frozen=True)
class Known:
    """A token that was found valid, with what it opens: kept in the process for KEPT_S seconds, so that a revocation is seen by then."""

    pk: int
    scopes: frozenset[str]
    permitted: bool
    expires_at: datetime
    fresh_until: float


_kept: dict[tuple[str, str], Known] = {}


def recall(text: str, permission: str, *, at: datetime, now: float) -> Known | None:
    """What is still known of a token since somebody looked it up; no statement. `now` is on the monotonic clock."""
    known = _kept.get((digest(text), permission))
    return known if known and known.fresh_until > now and known.expires_at > at else None


def look_up(text: str, permission: str, *, at: datetime, now: float) -> Known:
    """Find a token and whether its user has `permission` ("app.codename"), in one statement, and remember it.

    Raises AuthenticationFailed for one that is unknown, ended or revoked; those are not remembered. Does not note the use.
    """
    hashed, (app, codename) = digest(text), permission.split(".")
    granted = Permission.objects.filter(Q(group__user=OuterRef("user")) | Q(user=OuterRef("user")))
    may = Exists(granted.filter(codename=codename, content_type__app_label=app))
    token = ApiToken.objects.filter(token_hash=hashed).select_related("user__access").annotate(may=may).first()
    if token is None or not is_valid(token, at=at):
        raise AuthenticationFailed(REFUSED)
    permitted = token.may or token.user.is_superuser
    known = Known(token.pk, frozenset(token.scopes), permitted, token.expires_at, now + KEPT_S)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[hashed, permission] = known
    return known


def note_use(pk: int, *, at: datetime) -> None:
    """The token was used, for the page of people. One statement."""
    ApiToken.objects.filter(pk=pk).update(last_used_at=at)


def _may_come_in(user: User) -> bool:
    """What a session is asked at every request: is the account on, and is today one of its days? The roof knows; it was read along."""
    return any(backend.user_can_authenticate(user) for backend in get_backends() if isinstance(backend, ModelBackend))


def _note_use(token: ApiToken, at: datetime) -> None:
    """Once a minute: a program that asks a hundred times a minute must not write a hundred times."""
    if token.last_used_at is None or token.last_used_at < at - USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


class SignedIn(SessionAuthentication):
    """A person's own session; an act needs the page's CSRF token too, so that no other site can act for them."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as refusal:
            raise PermissionDenied(NO_CSRF, "csrf") from refusal


class AsGranted(BasePermission):
    """The default of every API view: its `access` names per method what a token and its user need. What names nothing lets nobody in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        access = getattr(view, "access", {})
        if not (request.user.is_authenticated and access):
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in access:
            raise MethodNotAllowed(method)
        scope, permissions = access[method]
        if isinstance(request.auth, ApiToken) and scope and scope not in request.auth.scopes:
            raise PermissionDenied(f"This token lacks the scope {scope}.", "scope")
        return bool(request.user.has_perms(permissions))


class Scoped(BasePermission):
    """`permission_classes = [Scoped("metrics:read")]`: only a token with this scope, and a session never."""

    def __init__(self, scope: str) -> None:
        if scope not in SCOPES:
            raise ValueError(f"There is no scope {scope}.")
        self.scope = scope

    def __call__(self) -> "Scoped":
        """The framework calls what a view lists, to make one permission per request."""
        return self

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, ApiToken) and self.scope in request.auth.scopes
