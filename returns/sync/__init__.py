"""The ledger said X: make our mirror of it agree."""

from returns.sync.accounts import apply_accounts, mark_gone, read_accounts, split_accounts
from returns.sync.documents import apply_documents, cursor_at, read_documents

__all__ = ["apply_accounts", "apply_documents", "cursor_at", "mark_gone", "read_accounts", "read_documents", "split_accounts"]
