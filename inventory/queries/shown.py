"""What the shop shows of each SKU, where anything is published to it."""

from collections.abc import Collection
from typing import Any

from django.apps import apps


def shown_of(skus: Collection[str]) -> dict[str, int] | None:
    """{SKU: how many the shop shows}; None where nothing is published from here, so that no column promises it. One statement."""
    try:
        published: Any = apps.get_app_config("inventory").get_model("ShopLevel")
    except LookupError:
        return None
    return dict(published.objects.filter(sku__in=skus, place="sale").exclude(shown=None).values_list("sku", "shown"))
