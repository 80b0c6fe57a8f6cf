"""A program asks how many of a SKU may be sold, and why not more."""

from typing import ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from exceptions_queue.api.door import Access, Asked, Door
from inventory import queries
from inventory.serializers import Stock

READ: dict[str, Access] = {"GET": Access("stock:read", ("inventory.view_product",))}


class OneSku(Door):
    """The waterfall of one SKU, by the counters that the shop is told from."""

    access: ClassVar = READ

    @extend_schema(operation_id="stock_retrieve", summary="Show how many of a SKU may be sold, and why", responses=Stock)
    def get(self, request: Asked, sku: str) -> Response:
        found = queries.waterfall_of(sku, at=timezone.now())
        if found is None:
            raise Http404("Neither ACS nor an order ever named this SKU.")
        return Response(Stock(found).data)
