"""The clock asks: the shop is told what may be sold."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from inventory.actions import publishing
from partners.errors import PartnerError

Clock = Callable[[], datetime]
ROUNDS = 3  # what changed under our hands is read, computed and told again at once, not a minute later
BEGIN_WITHIN = timedelta(seconds=15)  # a round may take over a minute, and a job has two


def publish_stock(clock: Clock = timezone.now) -> dict[str, object]:
    """Tell the shop what may be sold, and make the cases of what it shows wrongly true. Nothing is told in observe mode, nor frozen.

    `why`, where something of it could not be done, says so in a sentence.
    """
    began, outcomes, why = clock(), Counter[str](), ""
    for _ in range(ROUNDS):
        looked, not_seen = _try(lambda: publishing.look_at_unknown(clock=clock))
        queued, not_queued = _try(lambda: publishing.queue_publishes(at=clock()))
        why = not_seen or not_queued or why
        outcomes.update({"looked_at": looked, "queued": queued})
        drained = publishing.drain_publishes(clock=clock)
        outcomes.update(drained)
        if not (queued or drained) or clock() > began + BEGIN_WITHIN:
            break
    return dict(outcomes) | {"inflated": publishing.find_inflated(at=clock())} | ({"why": why} if why else {})


def _try(step: Callable[[], int]) -> tuple[int, str]:
    """How many, and why not. What cannot be looked at keeps nothing that is known from being told."""
    try:
        return step(), ""
    except PartnerError as trouble:
        return 0, trouble.sentence


def read_shop_levels(clock: Clock = timezone.now) -> dict[str, object]:
    """Look again at what the shop shows of every SKU, each once an hour, and make the cases of what it shows wrongly true."""
    try:
        looked = publishing.look_at_old(clock=clock)
    except PartnerError as trouble:
        return {"looked_at": 0, "why": trouble.sentence}
    return {"looked_at": looked, "inflated": publishing.find_inflated(at=clock())}


def purge_batches() -> dict[str, int]:
    """Forget what was told long ago."""
    return {"deleted": publishing.purge_batches(at=timezone.now())}
