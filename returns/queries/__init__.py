"""Show me: what came back, and what may have to be written off."""

from returns.queries.exhired import ex_hired

__all__ = ["ex_hired"]
