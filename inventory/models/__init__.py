"""What is kept about goods."""

from inventory.models.products import AcsSku, Product, SizeCorrection
from inventory.models.publishing import ShopLevel, StockFreeze, StockPublish
from inventory.models.stock import Allocation, BufferRule, Garment, GarmentChange, Level

__all__ = [
    "AcsSku",
    "Allocation",
    "BufferRule",
    "Garment",
    "GarmentChange",
    "Level",
    "Product",
    "ShopLevel",
    "SizeCorrection",
    "StockFreeze",
    "StockPublish",
]
from inventory.models.stock import StockImport

__all__ = ["AcsSku", "Allocation", "BufferRule", "Garment", "GarmentChange", "Level", "Product", "SizeCorrection", "StockImport"]
