"""The order as REST has it and as webhooks carry it: the keys of the official sample, one by one."""

from decimal import Decimal
from typing import Any

from partners.sandbox.shopify.sale import Fulfilment, Line, Sale, Sending, stamp

JSON = dict[str, Any]


def order_payload(sale: Sale, topic: str) -> JSON:
    """What `topic` tells: the whole order, or for an edit only that there was one."""
    if topic == "ORDERS_EDITED":
        edit = {"id": sale.id, "order_id": sale.id, "created_at": stamp(sale.updated_at), "notify_customer": False, "staff_note": ""}
        return {"order_edit": edit | {"app_id": None, "user_id": None, "line_items": {"additions": [], "removals": []}}}
    return _identity(sale) | _state(sale) | _amounts(sale) | _people(sale) | {"line_items": [_line(line, sale) for line in sale.lines]}


def fulfilment_payload(one: Fulfilment) -> JSON:
    held = [{"id": f"gid://shopify/FulfillmentHold/{hold.id}", "reason": hold.reason.lower()} for hold in one.holds]
    shown = {"id": f"gid://shopify/FulfillmentOrder/{one.id}", "status": one.status.lower(), "fulfillment_holds": held}
    return {"fulfillment_order": shown}


def _identity(sale: Sale) -> JSON:
    place = int(sale.number.rpartition("-")[2])
    return {
        "id": sale.id,
        "admin_graphql_api_id": f"gid://shopify/Order/{sale.id}",
        "app_id": None,
        "cart_token": None,
        "checkout_id": None,
        "checkout_token": None,
        "token": f"{sale.id:032x}",
        "name": sale.name,
        "number": place - 1000,
        "order_number": place,
        "confirmation_number": f"LS{place:07d}",
        "reference": None,
        "source_identifier": None,
        "source_name": sale.channel,
        "source_url": None,
        "order_status_url": f"https://lockstep-sandbox.example/orders/{sale.id:032x}",
        "landing_site": None,
        "landing_site_ref": None,
        "referring_site": None,
        "device_id": None,
        "location_id": None,
        "user_id": None,
        "merchant_business_entity_id": "MTU0ODM4MDAwOQ",
        "merchant_of_record_app_id": None,
        "po_number": None,
        "client_details": None,
        "browser_ip": None,
        "payment_terms": None,
    }


def _state(sale: Sale) -> JSON:
    return {
        "buyer_accepts_marketing": False,
        "cancel_reason": sale.cancel_reason.lower() if sale.cancel_reason else None,
        "cancelled_at": stamp(sale.cancelled_at),
        "closed_at": None,
        "confirmed": True,
        "created_at": stamp(sale.created_at),
        "processed_at": stamp(sale.paid_at),
        "updated_at": stamp(sale.updated_at),
        "currency": sale.currency,
        "presentment_currency": sale.currency,
        "customer_locale": "en-GB",
        "discount_codes": [],
        "discount_applications": [],
        "duties_included": False,
        "estimated_taxes": False,
        "financial_status": sale.financial.lower(),
        "fulfillment_status": {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}.get(sale.fulfilment),
        "fulfillments": [_sending(one, sale) for one in sale.sendings],
        "refunds": [],
        "note": sale.note or None,
        "note_attributes": [{"name": name, "value": value} for name, value in sale.attributes.items()],
        "payment_gateway_names": ["shopify_payments"],
        "tags": ", ".join(sale.tags),
        "tax_exempt": False,
        "tax_lines": [{"price": _two(_vat(sale.total)), "rate": 0.2, "title": "VAT", "price_set": _set(_vat(sale.total), sale)}],
        "taxes_included": True,
        "test": False,
    }


def _amounts(sale: Sale) -> JSON:
    none, current, whole = Decimal(0), sale.current_total, sale.total
    paired = {
        "current_subtotal_price": current,
        "current_total_discounts": none,
        "current_total_price": current,
        "current_total_tax": _vat(current),
        "subtotal_price": whole,
        "total_discounts": none,
        "total_line_items_price": whole,
        "total_price": whole,
        "total_tax": _vat(whole),
    }
    said: JSON = {name: _two(amount) for name, amount in paired.items()}
    said |= {f"{name}_set": _set(amount, sale) for name, amount in paired.items()}
    sets = ("total_shipping_price_set", "total_cash_rounding_payment_adjustment_set", "total_cash_rounding_refund_adjustment_set")
    said |= {name: _set(none, sale) for name in sets}
    empty = ("current_total_additional_fees_set", "current_total_duties_set", "original_total_additional_fees_set")
    said |= dict.fromkeys((*empty, "original_total_duties_set"))
    return said | {"total_outstanding": "0.00", "total_tip_received": "0.00", "total_weight": 0}


def _people(sale: Sale) -> JSON:
    email = sale.email or None
    return {
        "email": email,
        "contact_email": email,
        "phone": sale.phones.get("order"),
        "billing_address": _address(sale, sale.phones.get("billing")),
        "shipping_address": _address(sale, sale.phones.get("shipping")),
        "customer": {
            "id": sale.id,
            "admin_graphql_api_id": f"gid://shopify/Customer/{sale.id}",
            "email": email,
            "phone": sale.phones.get("customer"),
            "first_name": sale.ship["firstName"] or None,
            "last_name": sale.ship["lastName"] or None,
            "created_at": stamp(sale.created_at),
            "updated_at": stamp(sale.created_at),
            "currency": sale.currency,
            "state": "disabled",
            "tags": "",
            "note": None,
            "verified_email": True,
        },
        "shipping_lines": [_shipping_line(sale)],
    }


def _address(sale: Sale, phone: str | None) -> JSON:
    ship = sale.ship
    return {
        "first_name": ship["firstName"] or None,
        "last_name": ship["lastName"] or None,
        "name": " ".join(filter(None, (ship["firstName"], ship["lastName"]))),
        "company": ship["company"] or None,
        "address1": ship["address1"] or None,
        "address2": ship["address2"] or None,
        "city": ship["city"] or None,
        "province": None,
        "province_code": None,
        "zip": ship["zip"] or None,
        "country": {"JE": "Jersey"}.get(ship["countryCode"], "United Kingdom"),
        "country_code": ship["countryCode"],
        "phone": phone,
        "latitude": None,
        "longitude": None,
    }


def _shipping_line(sale: Sale) -> JSON:
    return {
        "id": sale.id,
        "carrier_identifier": None,
        "code": sale.service["code"],
        "discounted_price": "0.00",
        "discounted_price_set": _set(Decimal(0), sale),
        "is_removed": False,
        "phone": sale.phones.get("service"),
        "price": "0.00",
        "price_set": _set(Decimal(0), sale),
        "requested_fulfillment_service_id": None,
        "source": "shopify",
        "title": sale.service["title"],
        "tax_lines": [],
        "discount_allocations": [],
    }


def _sending(one: Sending, sale: Sale) -> JSON:
    numbers, urls = [number for number, _ in one.tracking if number], [url for _, url in one.tracking if url]
    return {
        "id": one.id,
        "admin_graphql_api_id": f"gid://shopify/Fulfillment/{one.id}",
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "name": one.name,
        "order_id": sale.id,
        "service": "manual",
        "shipment_status": one.events[-1].status.lower() if one.events else None,
        "status": "success",
        "tracking_company": one.company,
        "tracking_number": next(iter(numbers), None),
        "tracking_numbers": numbers,
        "tracking_url": next(iter(urls), None),
        "tracking_urls": urls,
        "line_items": [_line(piece.line, sale) for _, piece, _ in one.pieces],
    }


def _line(line: Line, sale: Sale) -> JSON:
    return {
        "id": line.id,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{line.id}",
        "attributed_staffs": [],
        "current_quantity": line.current,
        "fulfillable_quantity": 0 if sale.cancelled_at else line.current,
        "fulfillment_service": "manual",
        "fulfillment_status": None,
        "gift_card": False,
        "grams": 0,
        "name": line.name,
        "price": _two(line.price),
        "price_set": _set(line.price, sale),
        "product_exists": True,
        "product_id": line.id,
        "properties": [{"name": name, "value": value} for name, value in line.attributes],
        "quantity": line.quantity,
        "requires_shipping": True,
        "sku": line.sku,
        "taxable": True,
        "title": line.title,
        "total_discount": "0.00",
        "total_discount_set": _set(Decimal(0), sale),
        "variant_id": line.id,
        "variant_inventory_management": "shopify",
        "variant_title": line.variant_title,
        "vendor": line.vendor,
        "tax_lines": [],
        "duties": [],
        "discount_allocations": [],
    }


def _vat(amount: Decimal) -> Decimal:
    """The VAT within a price."""
    return (amount / 6).quantize(Decimal("0.01"))


def _two(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _set(amount: Decimal, sale: Sale) -> JSON:
    one = {"amount": _two(amount), "currency_code": sale.currency}
    return {"shop_money": one, "presentment_money": one}
