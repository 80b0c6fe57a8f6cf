"""Do it: look after lines and feeds, and what people decide about them."""

from partners.actions.doors import let_in, note_watched, turn_away
from partners.actions.feeds import Refused, accept, ask_replay, ask_replay_of, pause, read_again, reveal, run_now
from partners.actions.health import look_after, reconcile_health, retry_failed_feeds

__all__ = [
    "Refused",
    "accept",
    "ask_replay",
    "ask_replay_of",
    "let_in",
    "look_after",
    "note_watched",
    "pause",
    "read_again",
    "reconcile_health",
    "retry_failed_feeds",
    "reveal",
    "run_now",
    "turn_away",
]
