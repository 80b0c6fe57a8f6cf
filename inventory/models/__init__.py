"""What is kept about goods."""

from inventory.models.days import StateTime, StockDay
from inventory.models.limits import ParcelLimits
from inventory.models.measures import Listing, Measure, SizeCase, Source, SourceOrder
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
    "Listing",
    "Measure",
    "ParcelLimits",
    "Product",
    "ShopLevel",
    "SizeCase",
    "SizeCorrection",
    "Source",
    "SourceOrder",
    "StateTime",
    "StockDay",
    "StockFreeze",
    "StockImport",
    "StockPublish",
]
