"""Build each partner's client from the settings: the only reader of partner addresses and keys."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from partners.acs.client import AcsClient
from partners.acs.labels import LabelFolder
from partners.acs.photos import PhotoSource
from partners.acs.returns_feed import ReturnsFeed
from partners.connect.lines import (
    ACS_BASIC,
    LEDGERS,
    NEEDED,
    SHOPIFY,
    XERO,
    keep,
    missing,
    mode,
    need,
    needed,
    transport_of,
    use,
    why_not_built,
    wire,
)
from partners.errors import Unreachable
from partners.folder.client import FolderStore
from partners.folder.ledger import FolderLedger
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

__all__ = [
    "ACS_BASIC",
    "LEDGERS",
    "NEEDED",
    "PRETEND_SENDER",
    "SHOPIFY",
    "XERO",
    "acs",
    "alert_sink",
    "carrier_keys",
    "carrier_secrets",
    "inpost",
    "label_address",
    "label_drop",
    "ledger",
    "mailbox",
    "missing",
    "mode",
    "needed",
    "photo_source",
    "points_feed",
    "returns_feed",
    "shop_refunds",
    "stock_drop",
    "store",
    "store_folder",
    "use",
    "webhook_address",
    "webhook_secrets",
    "why_not_built",
]

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


def acs() -> Warehouse:
    fields = ("ACS_LOCKER_FIELD", "ACS_SIZE_FIELD", "ACS_LABEL_FIELD", "LABELS_TO")
    return keep("acs", (*NEEDED["acs"], *ACS_BASIC, "ACS_SUBSCRIPTION_KEY", *fields), _acs)


def _acs() -> AcsClient:
    newer = bool(settings.ACS_SUBSCRIPTION_KEY)
    line = wire(
        "acs",
        settings.ACS_API_URL,
        headers={"Ocp-Apim-Subscription-Key": settings.ACS_SUBSCRIPTION_KEY} if newer else None,
        auth=None if newer else (settings.ACS_USERNAME, settings.ACS_PASSWORD),
    )
    return AcsClient(
        line,
        account_code=settings.ACS_ACCOUNT_CODE,
        newer_host=newer,
        locker_field=settings.ACS_LOCKER_FIELD,
        size_field=settings.ACS_SIZE_FIELD,
        label_field=settings.ACS_LABEL_FIELD if settings.LABELS_TO == "field" else "",
    )


def returns_feed() -> ReturnsFeed:
    """ACS's returns, on a line of their own: what fails there must not stop a release. Signed in as for orders (assumed)."""
    return keep("returns", ("ACS_RETURNS_URL", "ACS_SUBSCRIPTION_KEY", "ACS_USERNAME", "ACS_PASSWORD"), _returns_feed)


def _returns_feed() -> ReturnsFeed:
    key, basic = settings.ACS_SUBSCRIPTION_KEY, (settings.ACS_USERNAME, settings.ACS_PASSWORD)
    headers = {"Ocp-Apim-Subscription-Key": key} if key else None
    auth = basic if basic[0] and not key else None
    return ReturnsFeed(wire("returns", settings.ACS_RETURNS_URL, headers=headers, auth=auth, deadline_s=30.0), clock=timezone.now)


def photo_source() -> PhotoSource:
    """Photos of returned garments, from the hosts of RETURN_PHOTO_HOSTS alone (else that of ACS_RETURNS_URL), without credentials.

    They have no circuit: each photo knows by itself when it is tried again.
    """
    hosts = settings.RETURN_PHOTO_HOSTS or [urlsplit(settings.ACS_RETURNS_URL).netloc]
    transport = transport_of("photos")
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
    return keep("inpost", (*NEEDED["inpost"], "SENDER"), _inpost)


def _inpost() -> InPostClient:
    return InPostClient(
        wire("inpost", settings.INPOST_API_URL),
        wire("inpost", settings.INPOST_TOKEN_URL),
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
    return keep("points", NEEDED["points"], _points_feed)


def _points_feed() -> PointsFeed:
    return PointsFeed(wire("points", settings.INPOST_POINTS_URL, deadline_s=60.0, byte_cap=60_000_000))


def store() -> Store:
    """The shop that STORE names."""
    if settings.STORE == "shopify":
        places = ("SHOPIFY_LOCATION", "SHOPIFY_NON_SELLABLE_LOCATION")
        return keep("store", (*SHOPIFY, "SHOPIFY_API_VERSION", *places), _shopify)
    return keep("store", NEEDED["store"], lambda: FolderStore(store_folder(), clock=timezone.now))


def _shopify() -> ShopifyStore:
    token = settings.SHOPIFY_ACCESS_TOKEN
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise Unreachable("store", "SHOPIFY_ACCESS_TOKEN holds a character that no token has. Copy it again.")
    line = wire("store", settings.SHOPIFY_URL, headers={"X-Shopify-Access-Token": token}, deadline_s=60.0)
    return ShopifyStore(
        line,
        version=settings.SHOPIFY_API_VERSION,
        clock=timezone.now,
        location=settings.SHOPIFY_LOCATION,
        aside=settings.SHOPIFY_NON_SELLABLE_LOCATION,
    )


def shop_refunds() -> bool:
    """Whether the shop that STORE names gives money back: a folder holds none."""
    return str(settings.STORE) == "shopify"


def ledger() -> Ledger:
    """The books that LEDGER names. Raises Unreachable for one that is not built yet."""
    if why := why_not_built("ledger"):
        raise Unreachable("ledger", why)
    if settings.LEDGER == "xero":
        return keep("ledger", XERO, _xero)
    need("ledger")
    return keep("ledger", LEDGERS["folder"], lambda: FolderLedger(Path(settings.LEDGER_FOLDER), clock=timezone.now))


def _xero() -> XeroLedger:
    calls = Calls(
        wire("ledger", settings.XERO_API_URL),
        wire("ledger", settings.XERO_TOKEN_URL),
        client_id=settings.XERO_CLIENT_ID,
        client_secret=settings.XERO_CLIENT_SECRET,
        tenant_id=settings.XERO_TENANT_ID,
    )
    return XeroLedger(calls)


def alert_sink(kind: str, *, to: Sequence[str] = ()) -> AlertSink:
    """Slack, Teams or the mail server, whose recipients are `to`. Raises Unreachable where its settings are missing or wrong."""
    if kind == "slack":
        return SlackChannel(wire("slack", settings.SLACK_WEBHOOK_URL, deadline_s=10.0))
    if kind == "teams":
        return TeamsChannel(wire("teams", settings.TEAMS_WEBHOOK_URL, deadline_s=10.0))
    return MailChannel(_mail_server(), to)


def mailbox() -> Mailbox:
    """Where letters to customers are handed in. Raises Unreachable where its settings are missing or wrong."""
    return Letterbox(_mail_server())


def _mail_server() -> Server:
    need("email")
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
