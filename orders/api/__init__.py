"""A program asks: for orders and acts on them (`acts`), and at the shop's checkout (`eligibility`, `carrier`)."""

from orders.api.acts import ACTS, OneOrder, Orders
from orders.api.carrier import carrier_service
from orders.api.eligibility import Eligibility

__all__ = ["ACTS", "Eligibility", "OneOrder", "Orders", "carrier_service"]
