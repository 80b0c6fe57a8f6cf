"""One order as the shop sends it becomes facts: decoded, and its locker, mobile and dates found by the resolver rules."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from orders.models import Order, ResolverRule
from orders.rules import resolver
from orders.rules.edits import CORRECTABLE
from partners import connect
from partners.errors import RecordError
from partners.shop import StoreOrder
from partners.sync import Page, Reject

_LONGEST = {name: getattr(Order._meta.get_field(name), "max_length", None) for name in CORRECTABLE}


@dataclass(frozen=True)
class Reading:
    """One order as read: what the shop sent, the facts the resolver rules found in it, and the hash of it all."""

    sent: StoreOrder
    facts: dict[str, Any]
    resolved_by: dict[str, dict[str, str]]
    content_hash: str


def decode(page: Page, rules: list[resolver.Rule]) -> tuple[dict[str, Reading], list[Reject]]:
    """The readable records by number, of each the latest, and the others with path and reason."""
    readings: dict[str, Reading] = {}
    rejected: list[Reject] = []
    shop = connect.store()
    for record in page.records:
        try:
            reading = _read(shop.decode(record), rules)
        except RecordError as error:
            rejected.append(Reject(key=error.key, path=error.path, reason=error.reason, raw=record))
            continue
        earlier = readings.get(reading.sent.number)
        if earlier is None or earlier.sent.updated_at <= reading.sent.updated_at:
            readings[reading.sent.number] = reading
    return readings, rejected


def read_rules() -> list[resolver.Rule]:
    rows = ResolverRule.objects.filter(enabled=True).order_by("fact", "position", "id")
    return [resolver.Rule(r.fact, r.name, r.source, r.key, r.json_path, r.pattern) for r in rows]


def _read(sent: StoreOrder, rules: list[resolver.Rule]) -> Reading:
    found = resolver.resolve(rules, _seen(sent))
    facts = _facts(sent) | {fact: hit.value for fact, hit in found.items()}
    facts = {name: _cut(name, value) for name, value in facts.items()}
    resolved_by = {fact: {"rule": hit.rule_name, "source": hit.source} for fact, hit in found.items()}
    body = repr((sent, sorted(facts.items(), key=lambda item: item[0])))
    return Reading(sent, facts, resolved_by, blake2b(body.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest())


def _seen(sent: StoreOrder) -> resolver.Seen:
    return resolver.Seen(
        attributes=sent.attributes,
        metafields=sent.metafields,
        phones=dict(sent.phones),
        service_code=sent.service_code,
        service_title=sent.service_title,
        address={"address1": sent.address1, "address2": sent.address2, "company": sent.company},
    )


def _facts(sent: StoreOrder) -> dict[str, Any]:
    """What needs no rule: said once, in one place."""
    return {
        "mobile": "",
        "email": sent.email,
        "first_name": sent.first_name,
        "last_name": sent.last_name,
        "address1": sent.address1,
        "address2": sent.address2,
        "city": sent.city,
        "county": sent.county,
        "postcode": sent.postcode,
        "country": sent.country,
        "locker_id": "",
        "delivery_method": sent.service_code or sent.service_title,
        "dispatch_on": None,
        "deliver_on": None,
        "event_on": None,
        "return_on": None,
        "customs_contents": sent.customs_contents,
        "customs_value_pence": sent.customs_value_pence,
    }


def _cut(name: str, value: Any) -> Any:
    """Never longer than the column: a fact that does not fit cannot be right, and the raw payload keeps the whole."""
    if not isinstance(value, str):
        return value
    limit = _LONGEST.get(name)
    value = value.strip().upper() if name == "locker_id" else value.strip()
    return value[:limit]
