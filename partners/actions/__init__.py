"""Do it: look after lines and feeds, and what people decide about them."""

from partners.actions.feeds import Refused, accept, ask_replay, pause, reveal, run_now
from partners.actions.health import look_after, reconcile_health, retry_failed_feeds

__all__ = ["Refused", "accept", "ask_replay", "look_after", "pause", "reconcile_health", "retry_failed_feeds", "reveal", "run_now"]
