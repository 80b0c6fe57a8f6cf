"""Another locker, before and after the release: one order or many by the same rules."""

from orders.actions.reassigning.asking import ask_acs, ask_again, reassign_locker
from orders.actions.reassigning.judging import Standing, standing_of

__all__ = ["Standing", "ask_acs", "ask_again", "reassign_locker", "standing_of"]
