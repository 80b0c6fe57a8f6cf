"""The clock asks: what was approved goes to the ledger."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from partners.errors import PartnerError
from returns.actions import posting

Clock = Callable[[], datetime]


def post_journals(clock: Clock = timezone.now) -> dict[str, int]:
    """Make journals of what was approved, send them, and look up those whose answer was lost. Nothing in observe mode, nor unconnected."""
    if not posting.may_post():
        return {}
    made = posting.make_journals(at=clock()) + posting.queue_drafted(at=clock())
    drained = posting.drain_journals(clock=clock)
    return {"made": made, **drained, "in_doubt": posting.find_in_doubt(at=clock())}


def compare_ledger(clock: Clock = timezone.now) -> dict[str, object]:
    """Compare register and ledger as it was last read, and drop drafts of ours that are too much. `why`, where that could not be done."""
    try:
        dropped, why = posting.drop_surplus(), ""
    except PartnerError as trouble:
        dropped, why = 0, trouble.sentence
    return {"dropped": dropped, **posting.compare(at=clock())} | ({"why": why} if why else {})
