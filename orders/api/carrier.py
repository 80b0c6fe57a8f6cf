"""Shopify's checkout asks for delivery options with their prices: the rows that an admin keeps, lockers only where the basket fits."""

import re
import time
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, AuthenticationFailed, MethodNotAllowed, ParseError

from lockers.rules.postcodes import Parts, parts
from orders.api.baskets import CONTROL, length_of, refused
from orders.api.budget import log_fallback, readers
from orders.api.eligibility import left, note, said
from orders.problems.cart import judge_cart
from orders.queries import rates
from orders.queries.rates import Rate
from partners import connect
from partners.shopify import webhooks

MOST_BYTES = 1_000_000
KEPT_S = 60.0
MOST_LINES = 500
DELIVERY = "%Y-%m-%d %H:%M:%S %z"


class TooLong(APIException):
    status_code = 413
    default_detail = f"A request for rates is read up to {MOST_BYTES:,} bytes."
    default_code = "too_large"


class Destination(msgspec.Struct):
    country: str | None = None
    postal_code: str | None = None


class Item(msgspec.Struct):
    """The shop's own `grams` are not read: the product master says what a piece weighs."""

    sku: str | None = None
    quantity: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 1
    requires_shipping: bool | None = True


class Wanted(msgspec.Struct):
    destination: Destination
    items: list[Item]


class Request(msgspec.Struct):
    rate: Wanted


_SKU = re.compile(rf"[^{CONTROL}]{{1,64}}")
_decode = msgspec.json.Decoder(Request).decode


class Kept:
    """The rates as last read, for a minute; older ones serve on while the database is in trouble."""

    def __init__(self) -> None:
        self.rows: list[Rate] = []
        self.fresh_until = 0.0

    def forget(self) -> None:
        self.rows, self.fresh_until = [], 0.0


kept = Kept()


@csrf_exempt
@login_not_required
def carrier_service(request: HttpRequest) -> HttpResponse:
    """200 with the rates, also when something of ours is in trouble; 401 without the shop's signature; 400 for what is no request."""
    began = time.monotonic()
    try:
        wanted = _read(request)
    except APIException as refusal:
        return refused(refusal)
    at = timezone.now()
    offers_lockers = settings.ELIGIBILITY_FALLBACK == "allow" and _may_fit(wanted)
    try:
        offers_lockers = readers.within(left(began), lambda: _look(wanted, began, at))
    except Exception as trouble:  # noqa: BLE001 - the shop's checkout is never told of our troubles
        log_fallback("rates answered by the fallback", trouble)
    return said({"rates": [_told(row, at) for row in kept.rows if offers_lockers or not row.locker]})


def _read(request: HttpRequest) -> Wanted:
    if request.method != "POST":
        raise MethodNotAllowed(str(request.method))
    if length_of(request) > MOST_BYTES:
        raise TooLong
    if not webhooks.verify(request.body, request.headers.get("X-Shopify-Hmac-Sha256", ""), connect.webhook_secrets()):
        refusal = AuthenticationFailed("The signature is wrong: X-Shopify-Hmac-Sha256 has to be made with SHOPIFY_WEBHOOK_SECRET.")
        refusal.auth_header = "HMAC"  # type: ignore[attr-defined]
        raise refusal
    try:
        return _decode(request.body).rate
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as broken:
        raise ParseError("This is no request for rates: send {rate: {destination, items}} as Shopify does.") from broken


def _look(wanted: Wanted, began: float, at: datetime) -> bool:
    """Read the rates where they are due, and say whether lockers may be offered. At most three statements."""
    if kept.fresh_until <= began:
        kept.rows, kept.fresh_until = rates.active(), began + KEPT_S
    if not (_may_fit(wanted) and any(row.locker for row in kept.rows)):
        return False
    judged = judge_cart(_lines(wanted), place=_place(wanted.destination))
    if judged.reasons:
        note(judged.reasons, at)
    return not judged.reasons


def _may_fit(wanted: Wanted) -> bool:
    """What is known without the database: whether there is anything to ask it."""
    lines = _lines(wanted)
    if not (_place(wanted.destination) and lines) or len(lines) > MOST_LINES:
        return False
    return all(_SKU.fullmatch(sku) for sku, _ in lines)  # what cannot be looked up has no size


def _lines(wanted: Wanted) -> list[tuple[str, int]]:
    return [(item.sku or "", item.quantity) for item in wanted.items if item.requires_shipping is not False and item.quantity]


def _place(destination: Destination) -> Parts | None:
    return parts((destination.postal_code or "").strip()) if (destination.country or "").upper() == "GB" else None


def _told(row: Rate, at: datetime) -> dict[str, Any]:
    """One rate in Shopify's words: prices as text in the smallest unit, a mobile demanded where a locker's code goes to it."""
    days = {"min_delivery_date": row.min_days, "max_delivery_date": row.max_days}
    return {
        "service_name": row.name,
        "service_code": row.service_code,
        "total_price": str(row.price_pence),
        "description": row.description,
        "currency": row.currency,
        "phone_required": row.locker or row.phone_required,
        **{name: (at + timedelta(days=count)).strftime(DELIVERY) for name, count in days.items() if count is not None},
    }
