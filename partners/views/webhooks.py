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
from partners.queries.doors import SHOP
from partners.shopify import webhooks
from partners.values import identifier

MOST_BYTES = 1_000_000
RING = "orders.tasks.read_hints"


@csrf_exempt
@login_not_required
@require_POST
def shopify(request: HttpRequest) -> HttpResponse:
    """200 once stored, also when it came before; 401 with a wrong signature, of which only the count is kept; 413 when too long."""
    if _length(request) > MOST_BYTES:
        return HttpResponse("Too long.", status=413, content_type="text/plain")
    try:
        body = request.body
    except UnreadablePostError:
        return HttpResponse("It did not arrive whole.", status=400, content_type="text/plain")
    at = timezone.now()
    if not webhooks.verify(body, request.headers.get("X-Shopify-Hmac-Sha256", ""), connect.webhook_secrets()):
        actions.turn_away(SHOP, at=at)
        return HttpResponse("The signature is wrong.", status=401, content_type="text/plain")
    inbox.receive(SHOP, _delivery_id(request, body), body=body, at=at, ring=RING, **_about(request, body))
    actions.let_in(SHOP, at=at)
    return HttpResponse("Stored.", content_type="text/plain")


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
