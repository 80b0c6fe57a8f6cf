"""One order as Shopify's Admin API shows it, in our words. Where each field was seen: docs/partners/shopify.md."""

from datetime import datetime
from typing import Any

import msgspec

from partners.errors import RecordError
from partners.shop import Fulfilled, StoreOrder
from partners.shopify.lines import lines_of
from partners.shopify.nodes import attributes_of, nodes_at, object_at
from partners.values import NOTE, Cleaned, clean_text, identifier, identifier_at, instant_at, pence_at, text_at

PAID = frozenset({"PAID", "PARTIALLY_REFUNDED"})
FULFILLED = {"FULFILLED": Fulfilled.ALL, "PARTIALLY_FULFILLED": Fulfilled.PART, "RESTOCKED": Fulfilled.BACK}
MOST_ATTRIBUTES = 200
LONGEST_METAFIELD = 10_000


def decode_order(raw: bytes) -> StoreOrder:
    """Read one order node. Raises RecordError with the path and the reason; the key is the order's number where it has one."""
    body = _load(raw)
    try:
        return _order(body)
    except RecordError as error:
        raise RecordError(error.path, error.reason, key=_key(body)) from error


def number_of(name: str) -> str:
    """ "#LS-10001" → "LS-10001": the number everybody but Shopify uses."""
    return identifier(name).removeprefix("#").strip()


def _load(raw: bytes) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise RecordError("$", f"is not JSON: {str(error)[:120]}") from error
    if not isinstance(body, dict):
        raise RecordError("$", "must be an object")
    return body


def _key(body: dict[str, Any]) -> str:
    name = body.get("name")
    return number_of(name) if isinstance(name, str) else ""


def _order(body: dict[str, Any]) -> StoreOrder:
    ship, service = object_at(body, "shippingAddress"), object_at(body, "shippingLine")
    note = _note(body.get("note"))
    placed_at, cancelled_at = instant_at(body.get("createdAt"), "$.createdAt"), _instant(body, "cancelledAt")
    lines = lines_of(body, as_sold=cancelled_at is not None)
    fulfilled = _fulfilled(body)
    return StoreOrder(
        store_id=identifier_at(body.get("id"), "$.id"),
        number=identifier_at(number_of(identifier_at(body.get("name"), "$.name")), "$.name"),
        channel=text_at(body.get("sourceName"), "$.sourceName", limit=40) or "web",
        placed_at=placed_at,
        paid_at=_paid_at(body, placed_at),
        updated_at=instant_at(body.get("updatedAt"), "$.updatedAt"),
        cancelled_at=cancelled_at,
        currency=_letters(body.get("currencyCode") or "GBP", "$.currencyCode", such_as="GBP"),
        total_pence=_total(body),
        note=note.text,
        note_cut=note.truncated,
        email=text_at(body.get("email"), "$.email", limit=254),
        phones=_phones(body),
        first_name=text_at(ship.get("firstName"), "$.shippingAddress.firstName", limit=100),
        last_name=text_at(ship.get("lastName"), "$.shippingAddress.lastName", limit=100),
        company=text_at(ship.get("company"), "$.shippingAddress.company", limit=200),
        address1=text_at(ship.get("address1"), "$.shippingAddress.address1", limit=200),
        address2=text_at(ship.get("address2"), "$.shippingAddress.address2", limit=200),
        city=text_at(ship.get("city"), "$.shippingAddress.city", limit=100),
        county=text_at(ship.get("province"), "$.shippingAddress.province", limit=100),
        postcode=text_at(ship.get("zip"), "$.shippingAddress.zip", limit=20),
        country=_letters(ship.get("countryCodeV2") or "", "$.shippingAddress.countryCodeV2", such_as="GB"),
        service_code=text_at(service.get("code"), "$.shippingLine.code", limit=120),
        service_title=text_at(service.get("title"), "$.shippingLine.title", limit=120),
        customs_contents="",
        customs_value_pence=None,
        lines=lines,
        attributes=dict(list(attributes_of(body, "$").items())[:MOST_ATTRIBUTES]),
        metafields=_metafields(body),
        fulfilled=fulfilled,
        leave_alone="" if cancelled_at else fulfilled.leave_alone or ("" if lines else "Nothing in it is shipped."),
    )


def _fulfilled(body: dict[str, Any]) -> Fulfilled:
    status = text_at(body.get("displayFulfillmentStatus"), "$.displayFulfillmentStatus", limit=40)
    return FULFILLED.get(status, Fulfilled.NONE)


def _note(value: Any) -> Cleaned:
    if value is not None and not isinstance(value, str):
        raise RecordError("$.note", "must be text")
    return clean_text(value or "", limit=NOTE)


def _instant(body: dict[str, Any], name: str) -> datetime | None:
    return instant_at(body[name], f"$.{name}") if body.get(name) else None


def _paid_at(body: dict[str, Any], placed_at: datetime) -> datetime | None:
    """When it was processed, once it is paid. Money wholly given back, or not all of it taken, is not paid."""
    status = text_at(body.get("displayFinancialStatus"), "$.displayFinancialStatus", limit=40)
    return (_instant(body, "processedAt") or placed_at) if status in PAID else None


def _total(body: dict[str, Any]) -> int:
    money = object_at(object_at(body, "currentTotalPriceSet"), "shopMoney", "$.currentTotalPriceSet")
    path = "$.currentTotalPriceSet.shopMoney.amount"
    return pence_at(money["amount"], path) if money.get("amount") not in (None, "") else 0


def _letters(value: Any, path: str, *, such_as: str) -> str:
    """A code of as many letters as its example, in capitals, or "": cut to fit, IRL would become Iran."""
    text = text_at(value, path, limit=20).upper()
    if text and (len(text) != len(such_as) or not text.isascii() or not text.isalpha()):
        raise RecordError(path, f"must be a code such as {such_as}")
    return text


def _phones(body: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Each place's first number, in the order of `partners.shop.PHONES`; the resolver rules decide which of them counts."""
    fulfilments = nodes_at(body, "fulfillmentOrders")
    found: dict[str, str] = {}
    for place, node in enumerate(fulfilments):
        path = f"$.fulfillmentOrders.nodes[{place}]"
        method = object_at(object_at(node, "deliveryMethod", path), "additionalInformation", f"{path}.deliveryMethod")
        _note_phone(found, "pickup", method.get("phone"), f"{path}.deliveryMethod.additionalInformation.phone")
    _note_phone(found, "service", object_at(body, "shippingLine").get("phone"), "$.shippingLine.phone")
    _note_phone(found, "shipping", object_at(body, "shippingAddress").get("phone"), "$.shippingAddress.phone")
    for place, node in enumerate(fulfilments):
        path = f"$.fulfillmentOrders.nodes[{place}]"
        _note_phone(found, "destination", object_at(node, "destination", path).get("phone"), f"{path}.destination.phone")
    _note_phone(found, "order", body.get("phone"), "$.phone")
    customer = object_at(object_at(body, "customer"), "defaultPhoneNumber", "$.customer")
    _note_phone(found, "customer", customer.get("phoneNumber"), "$.customer.defaultPhoneNumber.phoneNumber")
    _note_phone(found, "billing", object_at(body, "billingAddress").get("phone"), "$.billingAddress.phone")
    return tuple(found.items())


def _note_phone(found: dict[str, str], source: str, value: Any, path: str) -> None:
    if number := text_at(value, path, limit=60):
        found.setdefault(source, number)


def _metafields(body: dict[str, Any]) -> dict[str, Any]:
    """{"namespace.key": value}: always text, JSON included; a rule's path leads into it."""
    found: dict[str, Any] = {}
    for place, node in enumerate(nodes_at(body, "metafields")[:MOST_ATTRIBUTES]):
        path = f"$.metafields.nodes[{place}]"
        named = (text_at(node.get(part), f"{path}.{part}", limit=120) for part in ("namespace", "key"))
        found[".".join(named)] = text_at(node.get("value"), f"{path}.value", limit=LONGEST_METAFIELD)
    return found
