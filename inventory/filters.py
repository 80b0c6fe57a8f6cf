"""Is the question well-formed? What the product list can be asked, by the names in the URL."""

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from inventory.models import Product
from inventory.queries import UNKNOWN_SIZE, absurd, caused_cases, changed_lately, packed_otherwise, too_big

SIZES = (
    ("missing", "Size or weight missing"),
    ("too-big", "Too big for any locker"),
    ("known", "Size and weight known"),
    ("otherwise", "Packed otherwise than counted"),
    ("absurd", "A size that cannot be right"),
    ("changed", "Changed in the last 7 days"),
    ("caused", "Caused cases in the last 30 days"),
)
ACS = (("yes", "ACS knows it"), ("no", "ACS does not know it"))
Products = QuerySet[Product, Any]


class ProductFilter(django_filters.FilterSet):
    """`q` is the start of a SKU or a part of a name."""

    q = django_filters.CharFilter(method="matching", max_length=64, label="SKU or name")
    size = django_filters.ChoiceFilter(choices=SIZES, method="with_size", label="Size", empty_label="Any size")
    acs = django_filters.ChoiceFilter(choices=ACS, method="at_acs", label="At ACS", empty_label="Known or not")

    class Meta:
        model = Product
        fields: list[str] = []

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at

    @property
    def qs(self) -> Products:
        """The products asked for; none where the question is not well-formed."""
        found: Products = self.queryset
        return self.filter_queryset(found) if self.form.is_valid() else found.none()

    def matching(self, found: Products, _name: str, value: str) -> Products:
        return found.filter(Q(sku__istartswith=value) | Q(name__icontains=value))

    def with_size(self, found: Products, _name: str, value: str) -> Products:
        meant = {"missing": UNKNOWN_SIZE, "too-big": too_big(), "known": ~UNKNOWN_SIZE, "otherwise": packed_otherwise()}
        meant |= {"absurd": absurd(), "changed": changed_lately(self.at), "caused": caused_cases(self.at)}
        return found.filter(meant[value])

    def at_acs(self, found: Products, _name: str, value: str) -> Products:
        return found.filter(Q(known_to_acs=value == "yes"))
