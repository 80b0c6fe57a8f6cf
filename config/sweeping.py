"""One round of everything that the timetable does about orders, in the order in which an order needs it."""

from collections import Counter
from collections.abc import Mapping

from config import tasks as roof
from inventory import tasks as goods
from lockers import tasks as lockers
from orders import tasks as orders
from returns import tasks as returned

MOST_ROUNDS = 200
Round = dict[str, dict[str, int]]

# What changes nothing, so that a round of only these is an idle one.
_LOOKING = frozenset(
    {
        "in_doubt",
        "looked_at",
        "seen",
        "unchanged",
        "never_sent",
        "unconfirmed",
        "stuck",
        "edited",
        "failed",
        "old",
        "inflated",
        "size_causes",
    }
)


def once() -> Round:
    """Check what is new and what is open, send releases and holds, read ACS. Counts by kind and outcome."""
    return send() | {"reads": counts(roof.read_acs())}


def send() -> Round:
    """The same without reading ACS, which asks for every order there one by one."""
    return {
        "review": orders.review_new(),
        "recheck": orders.recheck_open(),
        "releases": orders.send_releases(),
        "holds": orders.send_holds(),
        "picked": orders.ask_for_labels(),
        "labels": lockers.make_labels(),
        "handing": orders.hand_labels(),
        "manifests": orders.close_manifests(),
        "collections": orders.keep_collections(),
        "parcels": orders.follow_parcels(),
        "tracking": orders.tell_shop(),
        "locker_sizes": goods.tell_sizes(),
        "messages": orders.send_messages(),
        "stock": counts(goods.publish_stock()),
        "photos": returned.fetch_photos(),
        "journals": returned.post_journals(),
        "refunds": returned.give_refunds(),
        "alerts": _without_standing(roof.tell_people()),
    }


def counts(told: Mapping[str, object]) -> dict[str, int]:
    """What a job counted, without its sentences."""
    return {what: count for what, count in told.items() if isinstance(count, int)}


def _without_standing(told: dict[str, int]) -> dict[str, int]:
    """What was said and sent; how many alerts stand open is no work done."""
    return {outcome: count for outcome, count in told.items() if not outcome.startswith("open ")}


def did_something(round_: Mapping[str, Mapping[str, int]]) -> bool:
    return any(count for counts in round_.values() for outcome, count in counts.items() if outcome not in _LOOKING)


def add(total: dict[str, Counter[str]], round_: Round) -> None:
    for kind, counts in round_.items():
        total.setdefault(kind, Counter()).update(counts)
