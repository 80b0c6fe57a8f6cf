"""The audit log as people and files read it: who did what, from what to what. Personal values are only ever digests."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.queries import words

COLUMNS = ("id", "at", "actor_label", "verb", "subject_label", "before", "after", "reason", "seal__seq")
_FILE = {
    "Seal": "seal__seq",
    "Entry": "id",
    "At (UTC)": "at",
    "Who": "actor_label",
    "Who (id)": "actor_id_text",
    "Did what": "verb",
    "To what": "subject_label",
    "Kind": "subject_type__model",
    "Id": "subject_id",
    "Before": "before",
    "After": "after",
    "Why": "reason",
    "Hash": "seal__hash",
}
HEAD = tuple(_FILE)


def about_order(number: str) -> Q:
    """Acts on this order and on its cases."""
    cases = ExceptionCase.objects.filter(order_number=number).values("pk")
    return Q(subject_label=number) | Q(subject_type=ContentType.objects.get_for_model(ExceptionCase), subject_id__in=cases)


def told(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """One entry of `COLUMNS` with its times and its change in words."""
    times = {"when": words.moment(row["at"], now), "full": words.full(row["at"]), "iso": row["at"].isoformat()}
    return row | times | {"changes": change(row["before"], row["after"]), "seq": row["seal__seq"]}


def change(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """ "roles: cx → viewer, mobile (kept as a digest)": what differs, by the names of the fields."""
    names = sorted(before.keys() | after.keys())
    return "; ".join(_one(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name))


def _one(name: str, old: Any, new: Any) -> str:
    field = name.replace("_", " ")
    if _is_digest(old) or _is_digest(new):
        return f"{field} (kept as a digest)"
    return f"{field}: {_said(new)}" if old is None else f"{field}: {_said(old)} → {_said(new)}"


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("hmac:")


def _said(value: Any) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one).replace("_", " ") for one in value)
    return _moment(value) if isinstance(value, str) else str(value)


def _moment(text: str) -> str:
    """An instant as people write it; any other text as it is."""
    try:
        instant = datetime.fromisoformat(text) if "T" in text else None
        return words.full(instant) if instant and instant.tzinfo else text
    except ValueError:
        return text


def for_file(entries: QuerySet[AuditEntry]) -> Iterator[list[Any]]:
    """The rows of an export, the oldest first, read in chunks."""
    for row in entries.order_by("id").values_list(*_FILE.values()).iterator(chunk_size=2000):
        yield [_kept(value) for value in row]


def _kept(value: Any) -> Any:
    """Instants in UTC to the microsecond and facts as JSON: as they are sealed."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(value, sort_keys=True, ensure_ascii=False) if isinstance(value, dict) else value
