"""ACS said what came back, finance what it is worth, the ledger what stands in it: make our mirror agree."""

from partners.acs.returns_feed import cursor_at
from returns.sync.accounts import apply_accounts, mark_gone, read_accounts, split_accounts
from returns.sync.costs import apply_costs, read_costs_csv
from returns.sync.documents import apply_documents, read_documents
from returns.sync.documents import cursor_at as ledger_cursor_at
from returns.sync.reading import read_returns, read_returns_csv
from returns.sync.returned import apply_returns

__all__ = [
    "apply_accounts",
    "apply_costs",
    "apply_documents",
    "apply_returns",
    "cursor_at",
    "ledger_cursor_at",
    "mark_gone",
    "read_accounts",
    "read_costs_csv",
    "read_documents",
    "read_returns",
    "read_returns_csv",
    "split_accounts",
]
