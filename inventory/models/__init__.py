"""What is kept about goods."""

from inventory.models.measures import Listing, Measure, SizeCase, Source, SourceOrder
from inventory.models.products import AcsSku, Product, SizeCorrection
from inventory.models.stock import Allocation, BufferRule, Garment, GarmentChange, Level

__all__ = [
    "AcsSku",
    "Allocation",
    "BufferRule",
    "Garment",
    "GarmentChange",
    "Level",
    "Listing",
    "Measure",
    "Product",
    "SizeCase",
    "SizeCorrection",
    "Source",
    "SourceOrder",
]
