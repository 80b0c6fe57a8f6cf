"""Show me."""

from partners.queries.banners import Banner, trouble

__all__ = ["Banner", "trouble"]
