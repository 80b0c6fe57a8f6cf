"""What is kept about goods."""

from inventory.models.days import StateTime, StockDay
from inventory.models.products import AcsSku, Product, SizeCorrection
from inventory.models.publishing import ShopLevel, StockFreeze, StockPublish
from inventory.models.stock import Allocation, BufferRule, Garment, GarmentChange, Level, StockImport

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
    "StateTime",
    "StockDay",
    "StockFreeze",
    "StockImport",
    "StockPublish",
]
