"""What closing a manifest would do, and to ask for it."""

from dataclasses import dataclass, field
from datetime import datetime

from exceptions_queue.audit import Actor
from lockers.actions import manifests
from lockers.models import Manifest
from lockers.queries.manifests import going
from orders.actions.closing.gate import Look, ground, in_batches, look, orders_of, with_blocks

RING = "orders.tasks.close_manifests"


@dataclass(frozen=True)
class Held:
    """A parcel that would not go: the codes that stop it and what is known of each."""

    parcel_id: int
    order_number: str
    tracking_number: str
    order_id: int | None
    codes: tuple[str, ...]
    found: dict[str, dict[str, object]]


@dataclass
class DryRun:
    """How many parcels would go, to how many lockers, and which would not."""

    go: int = 0
    lockers: int = 0
    held: list[Held] = field(default_factory=list)


def dry_run(manifest: Manifest, *, at: datetime) -> DryRun:
    """What the gate would say now, by the mirror. Nothing is written; a fixed number of statements per 500 parcels."""
    parcels, run = going(manifest), DryRun()
    run.lockers = len({parcel.point_id for parcel in parcels})
    on = ground(at=at)
    for some in in_batches(parcels):
        looks, _ = look(some, orders_of(some), on)
        seen = with_blocks(looks)
        run.go += sum(one.passes for one in seen)
        run.held += [_held(one) for one in seen if not one.passes]
    return run


def _held(one: Look) -> Held:
    parcel, order_id = one.parcel, one.order.pk if one.order else None
    return Held(parcel.id, parcel.order_number, parcel.tracking_number, order_id, one.codes, one.found)


def ask_to_close(manifest: Manifest, *, actor: Actor, at: datetime, version: int) -> None:
    """Hand the manifest to a worker, which closes it within a minute or so. Raises `lockers.actions.Refused` with a sentence."""
    manifests.ask_to_close(manifest, actor=actor, at=at, version=version, ring=RING)
