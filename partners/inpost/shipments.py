"""A parcel as InPost's shipping API takes it, and what its refusals mean. Unknown fields are refused there, so none is sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from partners.errors import Denied, PartnerError

COUNTRY = "GB"
NORTHERN_IRELAND = "GB-NIR"
PDF, ZPL = "application/pdf;format=A6", "text/zpl;dpi=203"
MAGIC = {PDF: b"%PDF", ZPL: b"^XA"}


@dataclass(frozen=True, kw_only=True)
class CustomsItem:
    """One kind of garment in a parcel that crosses to Northern Ireland."""

    description: str
    quantity: int
    unit_value_pence: int
    unit_weight_g: int | None = None
    origin_country: str = ""


@dataclass(frozen=True, kw_only=True)
class Customs:
    """What customs wants to know of one parcel; ten kinds of contents at the most."""

    contents: str
    value_pence: int
    items: tuple[CustomsItem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Consignment:
    """One parcel to one locker. Lengths in mm, weight in g, the mobile as +447…; customs only where the rules ask for them."""

    order_number: str
    point_id: str
    first_name: str
    last_name: str
    email: str
    mobile_e164: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    customs: Customs | None = None


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who sends, and from where the courier takes it."""

    company: str
    first_name: str
    last_name: str
    email: str
    phone: str
    street: str
    house_number: str
    city: str
    postcode: str


@dataclass(frozen=True)
class Problem:
    """One reason why no label was made: InPost's field, why in plain words, and what to do."""

    field: str
    reason: str
    to_do: str

    def plain(self) -> dict[str, str]:
        return {"field": self.field, "reason": self.reason, "to_do": self.to_do}


def create_body(parcel: Consignment, sender: Sender) -> dict[str, Any]:
    """The body of the create call: exactly the documented fields."""
    return {
        "sender": {
            "companyName": sender.company,
            "firstName": sender.first_name,
            "lastName": sender.last_name,
            "email": sender.email,
            "phone": sender.phone,
        },
        "recipient": {
            "firstName": parcel.first_name,
            "lastName": parcel.last_name,
            "email": parcel.email,
            "phone": parcel.mobile_e164,
        },
        "origin": {
            "countryCode": COUNTRY,
            "street": sender.street,
            "houseNumber": sender.house_number,
            "city": sender.city,
            "postalCode": sender.postcode,
        },
        "destination": {"countryCode": COUNTRY, "pointId": parcel.point_id},
        "parcels": [_parcel(parcel)],
        "references": {"custom": {"orderNumber": parcel.order_number}},
    }


def _parcel(parcel: Consignment) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "STANDARD",
        "dimensions": {"length": parcel.length_mm, "width": parcel.width_mm, "height": parcel.height_mm, "unit": "MM"},
        "weight": {"amount": parcel.weight_g, "unit": "G"},
    }
    if parcel.customs:
        body["customsClearance"] = _customs(parcel.customs)
    return body


def _customs(customs: Customs) -> dict[str, Any]:
    return {
        "value": _pounds(customs.value_pence),
        "currency": "GBP",
        "contentsDescription": customs.contents,
        "contents": [_item(item) for item in customs.items[:10]],
    }


def _item(item: CustomsItem) -> dict[str, Any]:
    body: dict[str, Any] = {
        "description": item.description,
        "quantity": item.quantity,
        "unitValue": {"amount": _pounds(item.unit_value_pence), "currency": "GBP"},
    }
    if item.unit_weight_g:
        body["unitWeight"] = {"amount": item.unit_weight_g, "unit": "G"}
    if item.origin_country:
        body["productOriginCountryCode"] = item.origin_country
    return body


def _pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


_REASONS = {
    "required": "is missing",
    "invalid": "is not in the form that InPost takes",
    "unknown": "is a field that InPost does not take",
    "too_big": "is larger than InPost takes",
    "too_small": "is smaller than InPost takes",
    "not_found": "is not known to InPost",
}
# The longest beginning of InPost's field name that is listed decides what people read.
_FIELDS = {
    "recipient.phone": ("The mobile", "Correct the mobile on the order, then try again."),
    "recipient.email": ("The email address", "Correct the email address on the order, then try again."),
    "recipient": ("The customer's name", "Correct the name on the order, then try again."),
    "destination": ("The locker", "Choose another locker for the order."),
    "parcels.dimensions": ("The parcel's size", "Ask ACS to measure it again, or send it to the door."),
    "parcels.weight": ("The parcel's weight", "Ask ACS to weigh it again, or send it to the door."),
    "parcels.customsClearance": ("The customs facts", "Add the customs facts on the order, then try again."),
    "sender": ("Our own sender's data", "An integration admin corrects the SENDER settings."),
    "origin": ("Our own collection address", "An integration admin corrects the SENDER settings."),
}
_OURS = ("sender", "origin")


def problems_of(error: PartnerError) -> list[Problem]:
    """Every reason an error gives, flattened. Without any, its own sentence; never a value of the customer's."""
    fields: Mapping[str, Sequence[str]] = getattr(error, "fields", {}) or {}
    return list(_each(fields)) or [Problem("", error.sentence, _otherwise(error))]


def _each(fields: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    for field, codes in sorted(fields.items()):
        name, to_do = _words(field)
        for code in codes or ("invalid",):
            yield Problem(field, f"{name} {_REASONS.get(code, 'is not accepted by InPost')}.", to_do)


def _words(field: str) -> tuple[str, str]:
    plain = ".".join(part for part in field.replace("[", ".").replace("]", "").split(".") if part and not part.isdigit())
    begins = [known for known in _FIELDS if plain == known or plain.startswith(known + ".")]
    if begins:
        return _FIELDS[max(begins, key=len)]
    return f"The field {plain[:60] or 'that InPost does not name'}", "Tell an integration admin: InPost's answer is on the label's page."


def _otherwise(error: PartnerError) -> str:
    if isinstance(error, Denied):
        return "An integration admin renews the access to InPost."
    return "Try again; if it stays so, ask InPost and give them the request's number."
