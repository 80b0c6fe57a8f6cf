"""Read the shapes of a GraphQL answer strictly: objects, lists of nodes, lists of key and value."""

from typing import Any

from partners.errors import RecordError
from partners.values import clean_text, text_at

LONGEST_VALUE = 2_000


def object_at(body: dict[str, Any], name: str, path: str = "$") -> dict[str, Any]:
    """The object by this name; an empty one for null. Raises RecordError for anything else."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RecordError(f"{path}.{name}", "must be an object")
    return value


def nodes_at(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """All nodes of a connection. Raises RecordError when there are more: an order is never read cut short."""
    connection = object_at(body, name)
    nodes = objects_at(connection, "nodes", f"$.{name}")
    if object_at(connection, "pageInfo", f"$.{name}").get("hasNextPage"):
        raise RecordError(f"$.{name}", f"has more than the {len(nodes)} we read")
    return nodes


def objects_at(body: dict[str, Any], name: str, path: str) -> list[dict[str, Any]]:
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise RecordError(f"{path}.{name}", "must be a list of objects")
    return value


def attributes_of(body: dict[str, Any], path: str) -> dict[str, str]:
    """`customAttributes` as {key: value}; of a key that comes twice, the first."""
    found: dict[str, str] = {}
    for place, pair in enumerate(objects_at(body, "customAttributes", path)):
        here = f"{path}.customAttributes[{place}]"
        key = clean_text(text_at(pair.get("key"), f"{here}.key"), limit=120).text
        found.setdefault(key, text_at(pair.get("value"), f"{here}.value", limit=LONGEST_VALUE))
    return found
