"""What is kept about what was sold."""

from orders.models.checkout import CarrierRate, CheckoutRefusal
from orders.models.consolidation import Consolidation
from orders.models.erasing import Erasure
from orders.models.gates import GateDecision
from orders.models.integrity import IntegrityFinding, IntegrityRun
from orders.models.links import CustomerLink
from orders.models.messages import CustomerMessage, MessageTemplate
from orders.models.orders import Order, OrderLine
from orders.models.reconciling import ReconcileFinding, ReconcileRun
from orders.models.resolver import ResolverRule
from orders.models.rulebook import RuleReplay, RuleSetting

__all__ = [
    "CarrierRate",
    "CheckoutRefusal",
    "Consolidation",
    "CustomerLink",
    "CustomerMessage",
    "Erasure",
    "GateDecision",
    "IntegrityFinding",
    "IntegrityRun",
    "MessageTemplate",
    "Order",
    "OrderLine",
    "ReconcileFinding",
    "ReconcileRun",
    "ResolverRule",
    "RuleReplay",
    "RuleSetting",
]
