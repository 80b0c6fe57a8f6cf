"""What is kept about goods."""

from inventory.models.products import AcsSku, Product, SizeCorrection
from inventory.models.stock import Allocation, BufferRule, Garment, GarmentChange, Level, StockImport

__all__ = ["AcsSku", "Allocation", "BufferRule", "Garment", "GarmentChange", "Level", "Product", "SizeCorrection", "StockImport"]
