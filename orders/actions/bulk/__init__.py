"""The same fixes for many orders at once: what each would do, and a batch of it by the rules of the single fix."""

from orders.actions.bulk.doing import DOES, RING, Run, dry_run
from orders.actions.bulk.plans import KINDS, BulkFix, Plan
from orders.actions.bulk.telling import ask_to_tell

__all__ = ["DOES", "KINDS", "RING", "BulkFix", "Plan", "Run", "ask_to_tell", "dry_run"]
