"""Close a manifest: what would go, who asks, the look at the lockers, the gate on every parcel, and one transaction at the end."""

from orders.actions.closing.asking import RING, DryRun, Held, ask_to_close, dry_run
from orders.actions.closing.doing import close_asked
from orders.actions.closing.gate import LIVE_LABEL, MANIFEST_SCOPE, recheck

__all__ = ["LIVE_LABEL", "MANIFEST_SCOPE", "RING", "DryRun", "Held", "ask_to_close", "close_asked", "dry_run", "recheck"]
