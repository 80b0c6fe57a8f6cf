"""Build each partner's client from the settings: the only reader of partner addresses and keys."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from partners.acs.client import AcsClient
from partners.acs.labels import LabelFolder
from partners.acs.photos import PhotoSource
from partners.acs.returns_feed import ReturnsFeed
from partners.errors import Unreachable
from partners.folder.client import FolderStore
from partners.folder.ledger import FolderLedger
from partners.gates import UNHURRIED, DbGate
from partners.http import Wire
from partners.inpost.certificates import PublicKey, public_keys
from partners.inpost.client import InPostClient
from partners.inpost.feed import PointsFeed
from partners.inpost.shipments import Sender
from partners.mail.client import Letterbox, MailChannel, Server
from partners.ports import AlertSink, Carrier, LabelDrop, Ledger, Mailbox, PointsSource, Store, Warehouse
from partners.shopify.client import ShopifyStore
from partners.slack.client import SlackChannel
from partners.teams.client import TeamsChannel
from partners.xero.calls import Calls
from partners.xero.client import XeroLedger

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

PRETEND_SENDER = Sender(
    company="Demo Hire",
    first_name="Robin",
    last_name="Demo",
    email="warehouse@example.com",
    phone="+447700900000",
    street="Demo Way",
    house_number="1",
    city="Leeds",
    postcode="LS1 4AB",
)

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


def acs() -> Warehouse:
    fields = ("ACS_LOCKER_FIELD", "ACS_SIZE_FIELD", "ACS_LABEL_FIELD", "LABELS_TO")
    return _keep("acs", (*NEEDED["acs"], *ACS_BASIC, "ACS_SUBSCRIPTION_KEY", *fields), _acs)


def _acs() -> AcsClient:
    newer = bool(settings.ACS_SUBSCRIPTION_KEY)
    wire = _wire(
        "acs",
        settings.ACS_API_URL,
        headers={"Ocp-Apim-Subscription-Key": settings.ACS_SUBSCRIPTION_KEY} if newer else None,
        auth=None if newer else (settings.ACS_USERNAME, settings.ACS_PASSWORD),
    )
    return AcsClient(
        wire,
        account_code=settings.ACS_ACCOUNT_CODE,
        newer_host=newer,
        locker_field=settings.ACS_LOCKER_FIELD,
        size_field=settings.ACS_SIZE_FIELD,
        label_field=settings.ACS_LABEL_FIELD if settings.LABELS_TO == "field" else "",
    )


def returns_feed() -> ReturnsFeed:
    """ACS's returns, on a line of their own: what fails there must not stop a release. Signed in as for orders (assumed)."""
    return _keep("returns", ("ACS_RETURNS_URL", "ACS_SUBSCRIPTION_KEY", "ACS_USERNAME", "ACS_PASSWORD"), _returns_feed)


def _returns_feed() -> ReturnsFeed:
    key, basic = settings.ACS_SUBSCRIPTION_KEY, (settings.ACS_USERNAME, settings.ACS_PASSWORD)
    headers = {"Ocp-Apim-Subscription-Key": key} if key else None
    auth = basic if basic[0] and not key else None
    return ReturnsFeed(_wire("returns", settings.ACS_RETURNS_URL, headers=headers, auth=auth, deadline_s=30.0), clock=timezone.now)


def photo_source() -> PhotoSource:
    """Photos of returned garments, from the hosts of RETURN_PHOTO_HOSTS alone (else that of ACS_RETURNS_URL), without credentials.

    They have no circuit: each photo knows by itself when it is tried again.
    """
    hosts = settings.RETURN_PHOTO_HOSTS or [urlsplit(settings.ACS_RETURNS_URL).netloc]
    transport = _transports.get().get("photos")
    return PhotoSource(
        lambda base, byte_cap: Wire("photos", base, deadline_s=20.0, byte_cap=byte_cap, transport=transport, allow_local=settings.SANDBOX),
        hosts=hosts,
        allow_http=settings.SANDBOX,
    )


def label_drop() -> LabelDrop:
    """The folder in which ACS finds the labels as files."""
    if not settings.LABELS_FOLDER:
        raise Unreachable("acs", "Labels cannot be handed over yet: LABELS_FOLDER must be set.")
    return LabelFolder(Path(settings.LABELS_FOLDER))


def desk_address(path: str) -> str:
    """Where people reach this page of the desk; "" where nobody has said how the desk is reached."""
    return f"{settings.DESK_URL}{path}" if settings.DESK_URL else ""


def inpost() -> Carrier:
    return _keep("inpost", (*NEEDED["inpost"], "SENDER"), _inpost)


def _inpost() -> InPostClient:
    return InPostClient(
        _wire("inpost", settings.INPOST_API_URL),
        _wire("inpost", settings.INPOST_TOKEN_URL),
        client_id=settings.INPOST_CLIENT_ID,
        client_secret=settings.INPOST_CLIENT_SECRET,
        organization_id=settings.INPOST_ORGANIZATION_ID,
        sender=_sender(),
    )


def _sender() -> Sender | None:
    """Who sends, by the SENDER settings; against the make-believe partners anybody will do. None where something is missing."""
    if settings.SANDBOX and not any(settings.SENDER.values()):
        return PRETEND_SENDER
    return Sender(**settings.SENDER) if all(settings.SENDER.values()) else None


def points_feed() -> PointsSource:
    return _keep("points", NEEDED["points"], _points_feed)


def _points_feed() -> PointsFeed:
    return PointsFeed(_wire("points", settings.INPOST_POINTS_URL, deadline_s=60.0, byte_cap=60_000_000))


def store() -> Store:
    """The shop that STORE names."""
    if settings.STORE == "shopify":
        places = ("SHOPIFY_LOCATION", "SHOPIFY_NON_SELLABLE_LOCATION")
        return _keep("store", (*SHOPIFY, "SHOPIFY_API_VERSION", *places), _shopify)
    return _keep("store", NEEDED["store"], lambda: FolderStore(store_folder(), clock=timezone.now))


def _shopify() -> ShopifyStore:
    token = settings.SHOPIFY_ACCESS_TOKEN
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise Unreachable("store", "SHOPIFY_ACCESS_TOKEN holds a character that no token has. Copy it again.")
    wire = _wire("store", settings.SHOPIFY_URL, headers={"X-Shopify-Access-Token": token}, deadline_s=60.0)
    return ShopifyStore(
        wire,
        version=settings.SHOPIFY_API_VERSION,
        clock=timezone.now,
        location=settings.SHOPIFY_LOCATION,
        aside=settings.SHOPIFY_NON_SELLABLE_LOCATION,
    )


def ledger() -> Ledger:
    """The books that LEDGER names. Raises Unreachable for one that is not built yet."""
    if why := why_not_built("ledger"):
        raise Unreachable("ledger", why)
    if settings.LEDGER == "xero":
        return _keep("ledger", XERO, _xero)
    _need("ledger")
    return _keep("ledger", LEDGERS["folder"], lambda: FolderLedger(Path(settings.LEDGER_FOLDER), clock=timezone.now))


def _xero() -> XeroLedger:
    calls = Calls(
        _wire("ledger", settings.XERO_API_URL),
        _wire("ledger", settings.XERO_TOKEN_URL),
        client_id=settings.XERO_CLIENT_ID,
        client_secret=settings.XERO_CLIENT_SECRET,
        tenant_id=settings.XERO_TENANT_ID,
    )
    return XeroLedger(calls)


def alert_sink(kind: str, *, to: Sequence[str] = ()) -> AlertSink:
    """Slack, Teams or the mail server, whose recipients are `to`. Raises Unreachable where its settings are missing or wrong."""
    if kind == "slack":
        return SlackChannel(_wire("slack", settings.SLACK_WEBHOOK_URL, deadline_s=10.0))
    if kind == "teams":
        return TeamsChannel(_wire("teams", settings.TEAMS_WEBHOOK_URL, deadline_s=10.0))
    return MailChannel(_mail_server(), to)


def mailbox() -> Mailbox:
    """Where letters to customers are handed in. Raises Unreachable where its settings are missing or wrong."""
    return Letterbox(_mail_server())


def _mail_server() -> Server:
    _need("email")
    try:
        return Server.of(settings.EMAIL_URL, sender=settings.EMAIL_FROM)
    except ValueError as wrong:
        raise Unreachable("email", f"{wrong}.") from wrong


def store_folder() -> Path:
    """Where files of the shop's lie, whichever way its orders come."""
    if not settings.STORE_FOLDER:
        raise Unreachable("store", "It is not connected yet: STORE_FOLDER must be set.")
    return Path(settings.STORE_FOLDER)


def stock_drop() -> Path:
    """The folder in which ACS drops its daily stock file."""
    if not settings.ACS_STOCK_DROP:
        raise Unreachable("acs", "ACS's stock file has no place yet: ACS_STOCK_DROP must be set.")
    return Path(settings.ACS_STOCK_DROP)


def webhook_secrets() -> tuple[bytes, ...]:
    """The keys by which the shop may have signed: while a secret is being changed, the new and the old."""
    return tuple(secret.strip().encode() for secret in settings.SHOPIFY_WEBHOOK_SECRET.split(",") if secret.strip())


def carrier_secrets() -> tuple[bytes, ...]:
    """The keys by which InPost may have signed: while one is being changed, the new and the old."""
    return tuple(secret.strip().encode() for secret in settings.INPOST_WEBHOOK_SECRET.split(",") if secret.strip())


def carrier_keys() -> tuple[PublicKey, ...]:
    """InPost's public keys; none where no file is named. Read again only when the file changes. Raises Unreachable when it cannot be."""
    if not (name := settings.INPOST_WEBHOOK_CERT):
        return ()
    try:
        return _keys_in(name, Path(name).stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        raise Unreachable("inpost", "INPOST_WEBHOOK_CERT names no readable file of certificates.") from error


@cache
def _keys_in(name: str, _changed: int) -> tuple[PublicKey, ...]:
    return public_keys(Path(name).read_text())


def webhook_address() -> str:
    """Where the shop is to tell us of changed orders; "" where nobody has said."""
    return str(settings.SHOPIFY_WEBHOOK_ADDRESS)


@contextmanager
def use(transports: Mapping[str, Any]) -> Iterator[None]:
    """Speak to these partners through these transports: how tests and the demo's story meet the sandbox without a port."""
    token = _transports.set({**_transports.get(), **transports})
    try:
        yield
    finally:
        _transports.reset(token)


def _keep(partner: str, names: tuple[str, ...], make: Callable[[], Client]) -> Client:
    """One client per process and account: its connections and its token are used until they end. Settings by `names` make the account."""
    if partner in _transports.get():
        return make()
    key = (os.getpid(), partner, settings.SANDBOX, *(str(getattr(settings, name)) for name in names))
    if key not in _kept:
        _kept[key] = make()
    return cast(Client, _kept[key])


def _wire(partner: str, base_url: str, **options: Any) -> Wire:
    _need(partner)
    transport = _transports.get().get(partner)
    gate = DbGate(timezone.now, rate=UNHURRIED if settings.SANDBOX else None)
    return Wire(partner, base_url, gate=gate, transport=transport, allow_local=settings.SANDBOX, **options)


def _need(partner: str) -> None:
    if names := missing(partner):
        raise Unreachable(partner, f"It is not connected yet: {', '.join(names)} must be set.")
