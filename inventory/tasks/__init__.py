"""The clock asks. Each task is safe to run twice, at once, or never."""

from inventory.tasks.counting import ripen
from inventory.tasks.publishing import publish_stock, purge_batches, read_shop_levels

__all__ = ["publish_stock", "purge_batches", "read_shop_levels", "ripen"]
