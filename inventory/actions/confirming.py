"""Do it: a person vouches for a garment that came back from where nothing comes back."""

from datetime import datetime

from django.db import transaction

from exceptions_queue.audit import Actor, record
from inventory.actions.keeping import reason_of
from inventory.actions.levels import recount
from inventory.actions.outcomes import Refused
from inventory.actions.stock_cases import end_jump
from inventory.models import Garment


def confirm_garment(garment: Garment, *, reason: str, actor: Actor, at: datetime) -> None:
    """Let a doubted garment be sold once its buffer is over: its SKU is counted anew, its case ends, and an audit row says who and why.

    All of it or nothing. Raises Refused without a reason, and where the doubt that `garment` shows does not stand any more, because a
    colleague confirmed it first or a file has moved it since. What is to be written off cannot be confirmed.
    """
    reason = reason_of(reason)
    if garment.withheld_since:
        raise Refused("It is to be written off. Reject its write-off first if it can be sold after all.")
    with transaction.atomic():
        stands = Garment.objects.filter(pk=garment.pk, sku=garment.sku, doubted_since=garment.doubted_since, withheld_since=None)
        if not stands.update(doubted_since=None):
            raise Refused("There is nothing to confirm any more: a colleague was first, or a newer stock file has moved it. Open it again.")
        before = {"doubted_since": garment.doubted_since.isoformat()} if garment.doubted_since else {}
        record("garment confirmed", garment, actor=actor, at=at, before=before, after={"doubted_since": None}, reason=reason)
        recount([garment.sku], at=at)
        end_jump(garment, at=at)
    garment.doubted_since = None
