"""A partner's machine tells us something: sized, verified, stored, answered; what it means is found out later."""

import hashlib
import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from partners import actions, connect, inbox
from partners.errors import Unreachable
from partners.inpost import webhooks as carrier
from partners.queries.doors import CARRIER, SHOP
from partners.shopify import webhooks
from partners.values import identifier

MOST_BYTES = 1_000_000
RING = "orders.tasks.read_hints"


@csrf_exempt
@login_not_required
@require_POST
def shopify(request: HttpRequest) -> HttpResponse:
    """200 once stored, also when it came before; 401 with a wrong signature, of which only the count is kept; 413 when too long."""
    body = _body(request)
    if isinstance(body, HttpResponse):
        return body
    at = timezone.now()
    if not webhooks.verify(body, request.headers.get("X-Shopify-Hmac-Sha256", ""), connect.webhook_secrets()):
        actions.turn_away(SHOP, at=at)
        return _said("The signature is wrong.", 401)
    inbox.receive(SHOP, _delivery_id(request, body), body=body, at=at, ring=RING, **_about(request, body))
    actions.let_in(SHOP, at=at)
    return _said("Stored.", 200)


@csrf_exempt
@login_not_required
@require_POST
def inpost(request: HttpRequest) -> HttpResponse:
    """InPost's tracking events: 200 once stored, also when it came before; 401 with a wrong signature or sent over 48 hours ago; 503
    while our own settings do not let us judge, so that InPost sends it again."""
    body = _body(request)
    if isinstance(body, HttpResponse):
        return body
    at, told = timezone.now(), carrier.read_headers(request.headers)
    try:
        signed = carrier.verify(body, told, secrets=connect.carrier_secrets(), keys=connect.carrier_keys())
    except Unreachable as ours:
        return _said(ours.sentence, 503)
    if not signed or not carrier.is_fresh(told, at):
        actions.turn_away(CARRIER, at=at)
        return _said("The signature is wrong." if not signed else "It was sent more than 48 hours ago, or does not say when.", 401)
    delivery = told.event_id or f"sha256:{hashlib.sha256(body).hexdigest()}"
    inbox.receive(CARRIER, delivery, body=body, at=at, topic=told.topic, triggered_at=told.sent_at)
    actions.let_in(CARRIER, at=at)
    return _said("Stored.", 200)


def _body(request: HttpRequest) -> bytes | HttpResponse:
    """The bytes as they came, or why they cannot be had."""
    if _length(request) > MOST_BYTES:
        return _said("Too long.", 413)
    try:
        return request.body
    except UnreadablePostError:
        return _said("It did not arrive whole.", 400)


def _said(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain")


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _delivery_id(request: HttpRequest, body: bytes) -> str:
    """The shop's own id of this delivery; one that names none is known by its bytes."""
    return webhooks.read_headers(request.headers).delivery_id or f"sha256:{hashlib.sha256(body).hexdigest()}"


def _about(request: HttpRequest, body: bytes) -> dict[str, Any]:
    """What the row says beside the bytes. A body that cannot be read is stored all the same: it was signed."""
    said, delivery = _load(body), webhooks.read_headers(request.headers)
    return {
        "topic": delivery.topic,
        "object_id": identifier(str(said.get("admin_graphql_api_id") or said.get("id") or "")),
        "object_version": identifier(str(said.get("updated_at") or "")),
        "triggered_at": delivery.triggered_at,
    }


def _load(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
