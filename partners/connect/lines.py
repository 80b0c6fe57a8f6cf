"""The lines that all clients are built on: what must be set, which transport, one client kept per process and account."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from django.conf import settings
from django.utils import timezone

from partners.errors import Unreachable
from partners.gates import UNHURRIED, DbGate
from partners.http import Wire

# What must be set before a partner can be spoken to.
NEEDED = {
    "acs": ("ACS_API_URL",),
    "inpost": ("INPOST_API_URL", "INPOST_TOKEN_URL", "INPOST_CLIENT_ID", "INPOST_CLIENT_SECRET", "INPOST_ORGANIZATION_ID"),
    "points": ("INPOST_POINTS_URL",),
    "returns": ("ACS_RETURNS_URL",),
    "store": ("STORE_FOLDER",),
    "ledger": ("LEDGER_FOLDER",),
    "slack": ("SLACK_WEBHOOK_URL",),
    "teams": ("TEAMS_WEBHOOK_URL",),
    "email": ("EMAIL_URL", "EMAIL_FROM"),
}
SHOPIFY = ("SHOPIFY_URL", "SHOPIFY_ACCESS_TOKEN")
XERO = ("XERO_API_URL", "XERO_TOKEN_URL", "XERO_CLIENT_ID", "XERO_CLIENT_SECRET", "XERO_TENANT_ID")
LEDGERS = {"xero": XERO, "netsuite": (), "folder": NEEDED["ledger"]}
NOT_BUILT = "NetSuite is named (LEDGER=netsuite) and not built yet. Choose LEDGER=xero or LEDGER=folder."
ACS_BASIC = ("ACS_ACCOUNT_CODE", "ACS_USERNAME", "ACS_PASSWORD")

Client = TypeVar("Client")

_transports: ContextVar[Mapping[str, Any]] = ContextVar("transports", default={})  # noqa: B039 - never changed in place
_kept: dict[tuple[object, ...], Any] = {}


def mode(partner: str) -> str:
    """ "observe": nothing is written to this partner; "live": it is."""
    return settings.MODES[partner]


def needed(partner: str) -> tuple[str, ...]:
    """The names of the settings it takes to speak to this partner. ACS has two ways of signing in; shop and ledger are chosen."""
    if partner == "ledger":
        return LEDGERS[settings.LEDGER]
    if partner == "store" and settings.STORE == "shopify":
        return SHOPIFY
    if partner != "acs":
        return NEEDED[partner]
    return (*NEEDED["acs"], *(("ACS_SUBSCRIPTION_KEY",) if settings.ACS_SUBSCRIPTION_KEY else ACS_BASIC))


def why_not_built(partner: str) -> str:
    """Why this partner cannot be spoken to whatever is set, in a sentence, or ""."""
    return NOT_BUILT if partner == "ledger" and settings.LEDGER == "netsuite" else ""


def missing(partner: str) -> list[str]:
    """The names of the settings that are still needed; empty when the partner can be spoken to."""
    return [name for name in needed(partner) if not getattr(settings, name)]


@contextmanager
def use(transports: Mapping[str, Any]) -> Iterator[None]:
    """Speak to these partners through these transports: how tests and the demo's story meet the sandbox without a port."""
    token = _transports.set({**_transports.get(), **transports})
    try:
        yield
    finally:
        _transports.reset(token)


def transport_of(partner: str) -> Any:
    """What `use` has named for this partner; None for the real line."""
    return _transports.get().get(partner)


def keep(partner: str, names: tuple[str, ...], make: Callable[[], Client]) -> Client:
    """One client per process and account: its connections and its token are used until they end. Settings by `names` make the account."""
    if partner in _transports.get():
        return make()
    key = (os.getpid(), partner, settings.SANDBOX, *(str(getattr(settings, name)) for name in names))
    if key not in _kept:
        _kept[key] = make()
    return cast(Client, _kept[key])


def wire(partner: str, base_url: str, **options: Any) -> Wire:
    """A line behind the partner's gate. Raises Unreachable where something is still to be set."""
    need(partner)
    gate = DbGate(timezone.now, rate=UNHURRIED if settings.SANDBOX else None)
    return Wire(partner, base_url, gate=gate, transport=transport_of(partner), allow_local=settings.SANDBOX, **options)


def need(partner: str) -> None:
    """Raises Unreachable, with the names of the settings, where something is still to be set."""
    if names := missing(partner):
        raise Unreachable(partner, f"It is not connected yet: {', '.join(names)} must be set.")
