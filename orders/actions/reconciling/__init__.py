"""Shop and ACS side by side, both ways: what differs, sealed as it was found, and the desk's cases about it."""

from orders.actions.reconciling.asking import ask_about_cancelled
from orders.actions.reconciling.cases import look_again
from orders.actions.reconciling.runs import run_reconcile
from orders.actions.reconciling.seals import holds

__all__ = ["ask_about_cancelled", "holds", "look_again", "run_reconcile"]
