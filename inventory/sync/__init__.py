"""What files say of goods: the product master, and the list of SKUs that ACS was told of."""

from inventory.sync.acs_skus import apply_setup, note_acs_skus, read_setup_csv, setup_headings
from inventory.sync.products import apply_products, product_headings, read_products_csv
from inventory.sync.store_products import apply_store_products, read_store_products

__all__ = [
    "apply_products",
    "apply_setup",
    "apply_store_products",
    "note_acs_skus",
    "product_headings",
    "read_products_csv",
    "read_setup_csv",
    "read_store_products",
    "setup_headings",
]
