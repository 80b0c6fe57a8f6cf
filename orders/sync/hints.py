"""The shop told us that an order changed. That is only a hint: the order is read again and mirrored as it stands now."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from orders.models import Order
from orders.sync.mirror import apply_orders
from partners import connect
from partners.errors import RecordError
from partners.models import InboxMessage
from partners.sync import Page
from partners.values import identifier, instant_at

_GID = "gid://shopify/Order/"


class Hint(NamedTuple):
    """Which order, by the shop's ids in both ways of writing them and by its number, and how new the news is."""

    store_ids: tuple[str, ...]
    number: str
    updated_at: datetime | None


def follow_hint(message: InboxMessage, at: datetime) -> None:
    """Read the order named by a stored message again, and mirror it, unless we have a newer version already.

    Whatever the message itself says of the order is not used, so that replayed, reordered and late messages all end in what the
    shop says now. Raises PartnerError, and RecordError for an order that cannot be read.
    """
    hint = hint_of(bytes(message.raw_body))
    if hint is None:
        return
    known = Order.objects.filter(store_id__in=hint.store_ids).only("number", "store_id", "store_updated_at", "erased_at").first()
    if known is not None and known.erased_at is not None:
        InboxMessage.objects.filter(pk=message.pk).update(raw_body=b"")  # it speaks of whom nothing may be kept of
    if known is not None and hint.updated_at is not None and hint.updated_at < known.store_updated_at:
        return
    raw = _read(known.number, (known.store_id,)) if known else _read(hint.number, hint.store_ids)
    if raw is None:
        return
    with transaction.atomic():
        applied = apply_orders(Page(records=[raw], cursor=None, source="webhook", body=raw), at)
    if applied.rejected:
        raise RecordError(applied.rejected[0].path, applied.rejected[0].reason, key=hint.number)


def _read(number: str, store_ids: Sequence[str]) -> bytes | None:
    """The order as the shop shows it now, by the first id that it knows."""
    shop = connect.store()
    return next((raw for store_id in store_ids if (raw := shop.order(number, store_id=store_id)) is not None), None)


def hint_of(body: bytes) -> Hint | None:
    """The order a message is about; None when it names none."""
    said = _load(body)
    said = said["order_edit"] if isinstance(said.get("order_edit"), dict) else said  # only an edit's message is wrapped
    gid, of_order = str(said.get("admin_graphql_api_id") or ""), said.get("order_id")
    if gid and not gid.startswith(_GID) and not of_order:
        return None  # about something else of the shop
    plain = identifier(str(of_order or gid.removeprefix(_GID) or said.get("id") or ""))
    if not plain:
        return None
    number, updated_at = ("", None) if of_order else (identifier(str(said.get("name") or "")), _instant(said.get("updated_at")))
    return Hint((f"{_GID}{plain}", plain), number, updated_at)


def _load(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _instant(value: Any) -> datetime | None:
    try:
        return instant_at(value, "$.updated_at")
    except RecordError:
        return None
