"""Which locker takes a product, shown on its variant for themes and functions: read, compare, set what differs.

`metafieldsSet` does all of a call or nothing: where one line is refused, the others are sent again without it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from partners.errors import Rejected, Unreadable
from partners.shop import LockerSize, SizeTold
from partners.shopify import documents
from partners.shopify.graphql import PARTNER, NoSuchThing, Shopify, TooCostly

NAMESPACE = "logistics"
TYPES = {"locker_eligible": "boolean", "locker_max_size": "single_line_text_field", "dims_version": "single_line_text_field"}
MOST_AT_ONCE = 25  # metafields of one call
LINES_AT_ONCE = MOST_AT_ONCE // len(TYPES)
STALE = frozenset({"STALE_OBJECT", "INVALID_COMPARE_DIGEST"})
TRIES = 4
_INDEX = re.compile(r"metafields\.(\d{1,3})(?:\.|$)", re.ASCII)

Shown = dict[str, dict[str, Any]]  # {variant: {key: its metafield, or None}}


class Flags:
    """The locker flags of one shop's variants."""

    def __init__(self, shop: Shopify) -> None:
        self._shop = shop

    def tell(self, lines: Sequence[LockerSize]) -> dict[str, SizeTold]:
        """What became of each line, by variant. Raises UnknownOutcome when the answer was lost: what stands is then to be read."""
        found: dict[str, SizeTold] = {}
        for start in range(0, len(lines), LINES_AT_ONCE):
            found |= self._tell(lines[start : start + LINES_AT_ONCE])
        return found

    def shown(self, lines: Sequence[LockerSize]) -> bool:
        """Whether every line stands as wanted."""
        return all(not _lacking(line, shown[line.store_id]) for shown in [self._read(lines)] for line in lines if line.store_id in shown)

    def _tell(self, lines: Sequence[LockerSize]) -> dict[str, SizeTold]:
        found: dict[str, SizeTold] = {}
        open_lines = list(lines)
        for _ in range(TRIES):
            shown = self._read(open_lines)
            found |= {line.store_id: SizeTold(refused="The shop no longer has it.") for line in open_lines if line.store_id not in shown}
            there = [line for line in open_lines if line.store_id in shown]
            wanted = [(line, flag) for line in there for flag in _lacking(line, shown[line.store_id])]
            changing = {line.store_id for line, _ in wanted}
            found |= {line.store_id: SizeTold() for line in there if line.store_id not in changing}
            refused = self._set(wanted)
            found |= {store_id: SizeTold(refused=why) for store_id, why in refused.items() if why}
            if not refused:
                return found | {store_id: SizeTold(is_news=True) for store_id in changing}
            open_lines = [line for line in there if line.store_id in changing and not refused.get(line.store_id)]
        return found | {line.store_id: SizeTold(refused="Somebody else keeps changing it.") for line in open_lines}

    def _set(self, wanted: Sequence[tuple[LockerSize, dict[str, Any]]]) -> dict[str, str]:
        """{variant: why it was refused, "" where it had changed meanwhile}; nothing was done then. Empty when all of it is done."""
        if not wanted:
            return {}
        try:
            self._shop.change(documents.FLAG, own_right=True, flags=[flag for _, flag in wanted])
        except (NoSuchThing, TooCostly):
            raise
        except Rejected as refusal:
            return _refused(refusal, [line.store_id for line, _ in wanted])
        return {}

    def _read(self, lines: Sequence[LockerSize]) -> Shown:
        if not lines:
            return {}
        nodes = self._shop.read(documents.FLAGS, own_right=True, ids=[line.store_id for line in lines]).get("nodes")
        if not isinstance(nodes, list):
            raise Unreadable(PARTNER, "The variants are not as agreed.")
        return {str(node["id"]): node for node in nodes if isinstance(node, dict) and node.get("id")}


def _wanted(line: LockerSize) -> dict[str, str]:
    return {"locker_eligible": "true" if line.is_eligible else "false", "locker_max_size": line.size, "dims_version": line.version}


def _lacking(line: LockerSize, shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The metafields that have to be set, each only if it is still as it was read; null: only if it is still not there."""
    lacking = []
    for key, value in _wanted(line).items():
        standing = shown.get(key)
        if isinstance(standing, dict) and standing.get("value") == value:
            continue
        digest = standing.get("compareDigest") if isinstance(standing, dict) else None
        flag = {"ownerId": line.store_id, "namespace": NAMESPACE, "key": key, "type": TYPES[key], "value": value, "compareDigest": digest}
        lacking.append(flag)
    return lacking


def _refused(refusal: Rejected, owners: Sequence[str]) -> dict[str, str]:
    """By variant why; where Shopify does not say which line it means, it is all of them."""
    found: dict[str, str] = {}
    for path, words in refusal.fields.items():
        place = _INDEX.search(path)
        index = int(place[1]) if place else -1
        named = [owners[index]] if 0 <= index < len(owners) else list(dict.fromkeys(owners))
        for owner in named:
            why = "" if set(words) <= STALE else refusal.sentence[:200]
            found[owner] = found.get(owner) or why
    return found or dict.fromkeys(owners, refusal.sentence[:200])
