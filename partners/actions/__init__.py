"""Do it: look after lines and feeds, and what people decide about them."""

from partners.actions.feeds import Refused, accept, ask_replay, ask_replay_of, pause, read_again, reveal, run_now
from partners.actions.health import look_after, reconcile_health, retry_failed_feeds

__all__ = [
    "Refused",
    "accept",
    "ask_replay",
    "ask_replay_of",
    "look_after",
    "pause",
    "read_again",
    "reconcile_health",
    "retry_failed_feeds",
    "reveal",
    "run_now",
]
