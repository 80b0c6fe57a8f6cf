"""The clock asks, or a person who changed what many products go by: which source decides, and what the shop is told of it."""

from django.utils import timezone

from inventory import actions
from inventory.actions import telling
from partners import connect, outbox


def decide_again(brand: str = "") -> dict[str, int]:
    """Decide the sizes of a brand's products again ("": of all)."""
    return {"changed": actions.decide_again(brand, at=timezone.now())}


def tell_sizes() -> dict[str, int]:
    """Tell the shop which locker takes each product. In observe mode nothing is written to it."""
    if connect.mode("store") != "live":
        return {}
    telling.queue_sizes(at=timezone.now())
    return outbox.drain(
        telling.KIND,
        send=telling.send,
        look_up=telling.look_up,
        settled=telling.settled,
        failed=telling.failed,
        clock=timezone.now,
    )
