"""Ask the rules about many orders at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.utils import timezone

from orders.problems.checks import judge
from orders.problems.facts import Batch, Facts, Method, read_batch, read_methods
from orders.problems.parcel import Found
from partners.mappings import fold


@dataclass(frozen=True)
class Verdict:
    """What the release gate says of one order. `inputs_hash` covers every fact it saw and every setting
    that is not as delivered; `size` is the compartment it needs."""

    order: Facts
    found: Found
    size: str
    inputs_hash: str


def find_many(ids: Sequence[int], *, at: datetime, methods: dict[str, Method] | None = None) -> tuple[list[Verdict], Batch]:
    """The verdicts on the orders `ids` and the facts behind them. At most five statements, whatever their number.

    While the locker mirror has never been loaded, locker orders get no verdict: "not known yet" must not read as "invalid".
    """
    known = read_methods() if methods is None else methods
    batch = read_batch(ids, methods=known, today=timezone.localdate(at))
    judged = (order for order in batch.orders if batch.mirror_loaded or not order.locker_id)
    return [_verdict(order, batch) for order in judged], batch


def _verdict(order: Facts, batch: Batch) -> Verdict:
    found, size = judge(order, batch)
    return Verdict(order=order, found=found, size=size, inputs_hash=_digest(order, batch))


def _digest(order: Facts, batch: Batch) -> str:
    method = batch.methods.get(fold(order.delivery_method))
    seen: tuple[object, ...] = (order[3:23], method, order.duplicate_of, batch.lines.get(order.id), batch.places.get(order.locker_id))
    if batch.settings.changed:
        seen = (*seen, batch.settings.changed)
    return blake2b(repr(seen).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
