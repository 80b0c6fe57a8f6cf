"""What came back, what it was worth, who decided, and what the ledger shows."""

from returns.models.authority import ApprovalLimit, Delegation, LedgerAccount
from returns.models.mirror import ChartAccount, LedgerDocument
from returns.models.posting import Journal, PeriodSignOff, Refund
from returns.models.returned import Cost, GraderLink, Photo, Return, ReturnItem
from returns.models.writeoffs import Approval, WriteOff

__all__ = [
    "Approval",
    "ApprovalLimit",
    "ChartAccount",
    "Cost",
    "Delegation",
    "GraderLink",
    "Journal",
    "LedgerAccount",
    "LedgerDocument",
    "PeriodSignOff",
    "Photo",
    "Refund",
    "Return",
    "ReturnItem",
    "WriteOff",
]
