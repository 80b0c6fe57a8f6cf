"""`metafieldsSet`: up to 25 facts about variants, each only where nobody has changed it meanwhile, all of them or none."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.nodes.fields import metafield
from partners.sandbox.shopify.nodes.shapes import Node, number_of
from partners.sandbox.shopify.refusals import No, Several
from partners.sandbox.shopify.shelf import Metafield, Names, Variant

Asked = dict[str, Any]
MOST, OURS = 25, "app--500000001"
_WORD, _DIGEST, _OWNER = re.compile(r"[A-Za-z0-9_-]+"), re.compile(r"[0-9a-f]{64}"), "ProductVariant"
STALE = "The resource has been updated since it was loaded. Try again with an updated `compareDigest` value."


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


TYPES: dict[str, Callable[[str], bool]] = {
    "number_integer": lambda text: re.fullmatch(r"-?\d{1,16}", text) is not None,
    "number_decimal": lambda text: re.fullmatch(r"-?\d{1,13}(\.\d{1,9})?", text) is not None,
    "boolean": lambda text: text in ("true", "false"),
    "single_line_text_field": lambda text: "\n" not in text,
    "multi_line_text_field": lambda text: True,
    **dict.fromkeys(("json", "dimension", "weight", "list.single_line_text_field", "list.number_integer"), _is_json),
}


def set_fields(shop: Shop, asked: Asked) -> Node:
    wanted = asked["metafields"]
    if len(wanted) > MOST:
        raise No(["metafields"], f"Exceeded the maximum metafields input limit of {MOST}.", "LESS_THAN_OR_EQUAL_TO")
    if refusals := [no for place, said in enumerate(wanted) for no in _wrong(shop, place, said)]:
        raise Several(refusals)
    return {"metafields": [_set(shop, said) for said in wanted]}


def _set(shop: Shop, said: Asked) -> Node:
    names, now = _names(said), shop.now()
    owner = _owner(shop, said)
    before = owner.metafields.get(names)
    made = Metafield(
        before.id if before else shop.next_id(),
        said.get("type") or before.type,  # type: ignore[union-attr]
        said["value"],
        before.created_at if before else now,
        now,
    )
    owner.metafields[names], owner.updated_at = made, now
    return metafield(names, made, "PRODUCTVARIANT")


def _wrong(shop: Shop, place: int, said: Asked) -> Iterator[No]:
    def no(field: str, message: str, code: str) -> No:
        return No(["metafields", str(place), *([field] if field else [])], message, code, place)

    names = _names(said)
    if not _is_known(shop, said):
        yield no("ownerId", "Owner does not exist.", "INVALID")
        return
    held = _owner(shop, said).metafields.get(names)
    for field, word, least, most in (("namespace", names[0], 3, 255), ("key", names[1], 2, 64)):
        if len(word) < least or len(word) > most:
            side, limit = ("short", f"minimum is {least}") if len(word) < least else ("long", f"maximum is {most}")
            yield no(field, f"is too {side} ({limit} characters)", f"TOO_{side.upper()}")
        elif not _WORD.fullmatch(word):
            yield no(field, "contains one or more invalid characters.", "INVALID")
    kind = said.get("type") or (held.type if held else "")
    if not kind:
        yield no("type", "Type can't be blank.", "BLANK")
    elif kind not in TYPES:
        yield no("type", f"Type must be one of the following: {', '.join(TYPES)}.", "INVALID_TYPE")
    elif not said["value"].strip():
        yield no("value", "Value can't be blank.", "BLANK")
    elif not TYPES[kind](said["value"]):
        yield no("value", f"Value must be valid for the type {kind}.", "INVALID_VALUE")
    yield from _stale(said, held, no)


def _stale(said: Asked, held: Metafield | None, no: Callable[[str, str, str], No]) -> Iterator[No]:
    """Whoever does not say what they have seen sets it whatever it is; null is to have seen none."""
    if "compareDigest" not in said:
        return
    seen = said["compareDigest"]
    if seen is not None and not _DIGEST.fullmatch(seen):
        yield no("compareDigest", "The compareDigest is invalid.", "INVALID_COMPARE_DIGEST")
    elif seen != (held.digest if held else None):
        yield no("", STALE, "STALE_OBJECT")


def _names(said: Asked) -> Names:
    """Without a namespace it is the app's own, which others cannot read."""
    namespace = said.get("namespace") or "$app"
    return re.sub(r"^\$app(?::|$)", lambda found: OURS + ("--" if found[0].endswith(":") else ""), namespace), said["key"]


def _is_known(shop: Shop, said: Asked) -> bool:
    kind, _, number = said["ownerId"].removeprefix("gid://shopify/").partition("/")
    return kind == _OWNER and number.isdecimal() and int(number) in shop.sku_of


def _owner(shop: Shop, said: Asked) -> Variant:
    return shop.shelf[shop.sku_of[number_of(said["ownerId"], _OWNER)]]


def meddle(shop: Shop, asked: Asked) -> None:
    """Somebody else changes every field that this call is about, just before it."""
    for said in asked["metafields"]:
        if _is_known(shop, said):
            names, now = _names(said), shop.now()
            owner = _owner(shop, said)
            held = owner.metafields.get(names) or Metafield(shop.next_id(), "number_integer", "0", now, now)
            text = str(int(held.text) + 1) if held.type == "number_integer" else json.dumps(held.text != "true")
            owner.metafields[names] = Metafield(held.id, held.type, text, held.created_at, now)
