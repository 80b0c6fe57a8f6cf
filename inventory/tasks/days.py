"""The clock asks: how stock stands today, and how long garments take."""

from django.utils import timezone

from inventory import actions


def keep_stock_day() -> None:
    """Keep how stock stands today, of each SKU that stands otherwise than before."""
    now = timezone.now()
    actions.keep_day(on=timezone.localtime(now).date(), at=now)


def learn_state_times() -> None:
    """Learn how long garments take until they are ready."""
    actions.learn_state_times(at=timezone.now())
