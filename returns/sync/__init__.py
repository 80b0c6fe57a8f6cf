"""ACS said what came back, or finance what it is worth: make our mirror agree."""

from returns.sync.costs import apply_costs, read_costs_csv
from returns.sync.reading import read_returns, read_returns_csv
from returns.sync.returned import apply_returns

__all__ = ["apply_costs", "apply_returns", "read_costs_csv", "read_returns", "read_returns_csv"]
