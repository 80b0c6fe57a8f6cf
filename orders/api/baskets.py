"""What the checkout sends, read: a basket that can be judged, or a sentence that says what to send instead."""

import re
from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType, ValidationError
from rest_framework.settings import api_settings

from lockers.rules.postcodes import Parts, parts

LARGEST = 100_000  # bytes
CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"  # as in a class of a pattern: no SKU has such, and no page's address either


class TooLarge(APIException):
    status_code = 413
    default_detail = f"Send at most {LARGEST:,} bytes: a basket has at most 500 lines."
    default_code = "too_large"


class CartLine(msgspec.Struct, forbid_unknown_fields=True):
    sku: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=rf"\A[^{CONTROL}]*\Z")]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=9_999)]


class Cart(msgspec.Struct, forbid_unknown_fields=True):
    """What `orders.serializers.Cart` describes, decoded some thirty times as fast."""

    lines: Annotated[list[CartLine], msgspec.Meta(min_length=1, max_length=500)]
    postcode: str | None = None
    locker_id: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class Question(msgspec.Struct):
    """A basket that can be judged."""

    lines: list[tuple[str, int]]
    place: Parts | None = None
    locker_id: str = ""


_decode = msgspec.json.Decoder(Cart).decode
_PLACE_IN_BODY = re.compile(r"`\$\.?([^`]*)`")
_WANTED = {
    "quantity": "Write a whole number from 1 to 9,999.",
    "sku": "Write a SKU of 1 to 64 characters, without line breaks and other control characters.",
    "lines": 'Send 1 to 500 lines, each as {"sku": "DRS-0012-10", "quantity": 1}.',
    "postcode": "Write a UK postcode such as LS1 4AB, or leave it out.",
    "locker_id": "Write a locker id such as UK00000904, or leave it out.",
}


def read(request: HttpRequest) -> Question:
    """The basket that was sent. Raises ParseError, ValidationError, TooLarge or UnsupportedMediaType with a sentence."""
    if request.content_type != "application/json":
        raise UnsupportedMediaType(str(request.content_type))
    if length_of(request) > LARGEST:
        raise TooLarge
    return question(request.body)


def question(body: bytes) -> Question:
    try:
        cart = _decode(body)
    except msgspec.ValidationError as wrong:
        raise _invalid(str(wrong)) from wrong
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise ParseError("The body is not JSON. Send a basket as one JSON object in UTF-8.") from broken
    if b"\\u0000" in body:
        raise ValidationError({"body": ["It holds a character that no SKU, postcode or locker id has. Leave it out."]})
    postcode = (cart.postcode or "").strip()
    place = parts(postcode)
    if postcode and place is None:
        raise ValidationError({"postcode": [_WANTED["postcode"]]})
    return Question([(line.sku, line.quantity) for line in cart.lines], place, (cart.locker_id or "").strip())


def _invalid(said_by_decoder: str) -> ValidationError:
    """ "lines[3].quantity: Write a whole number from 1 to 9,999." """
    found = _PLACE_IN_BODY.search(said_by_decoder)
    where = found[1] if found else ""
    if "unknown field" in said_by_decoder:
        return ValidationError({where or "body": ["There is a field that we do not know. Send lines, postcode and locker_id only."]})
    if "required field" in said_by_decoder:
        where = f"{where}.{said_by_decoder.rpartition('field `')[2].partition('`')[0]}".strip(".")
    name = re.sub(r"\[[^\]]*\]$", "", where).rpartition(".")[2]
    return ValidationError({where or "body": [_WANTED.get(name, _WANTED["lines"])]})


def length_of(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def refused(error: APIException) -> HttpResponse:
    """The problem document that the house answers such an error with."""
    answer: HttpResponse = api_settings.EXCEPTION_HANDLER(error, {})  # type: ignore[operator]
    return answer
