"""Is the question well-formed? What the product list can be asked, by the names in the URL."""

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.forms import HiddenInput

from inventory.models import Garment, Level, Product
from inventory.queries import UNKNOWN_SIZE, absurd, caused_cases, changed_lately, garments, packed_otherwise, stock, too_big
from inventory.queries.levels import sellable_statuses

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
ONLY = (
    ("none", "On hand, nothing to sell"),
    ("waiting", "Waiting in the buffer"),
    ("oversold", "Oversold"),
    ("missing", "Missing from the last file"),
    ("reserved", "Kept back"),
)
MISSING = (("yes", "Not in the last file"), ("no", "In the last file"))
Products = QuerySet[Product, Any]
Levels = QuerySet[Level, Any]
Garments = QuerySet[Garment, Any]


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


class StockFilter(django_filters.FilterSet):
    """`q` is the start of a SKU or a part of its product's name; `status` the id of one of ACS's stock statuses."""

    q = django_filters.CharFilter(method="matching", max_length=64, label="SKU or name")
    only = django_filters.ChoiceFilter(choices=ONLY, method="of_kind", label="Show", empty_label="Every SKU")
    status = django_filters.ChoiceFilter(choices=stock.statuses, method="in_status", label="With garments in", empty_label="Any status")

    class Meta:
        model = Level
        fields: list[str] = []

    def __init__(self, *args: Any, cleared: dict[str, set[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cleared = cleared

    @property
    def qs(self) -> Levels:
        """The SKUs asked for; none where the question is not well-formed."""
        found: Levels = self.queryset
        return self.filter_queryset(found) if self.form.is_valid() else found.none()

    def matching(self, found: Levels, _name: str, value: str) -> Levels:
        return found.filter(Q(sku__istartswith=value) | Q(sku__in=Product.objects.filter(name__icontains=value).values("sku")))

    def of_kind(self, found: Levels, _name: str, value: str) -> Levels:
        return found.filter(stock.only(value, self.cleared))

    def in_status(self, found: Levels, _name: str, value: str) -> Levels:
        return found.filter(stock.in_status(int(value)))


class GarmentFilter(django_filters.FilterSet):
    """The rows behind a number: of one SKU, in one status, missing or not, in a sellable state or not, doubted or not."""

    sku = django_filters.CharFilter(field_name="sku", max_length=64, label="SKU")
    status = django_filters.ChoiceFilter(choices=stock.statuses, field_name="status", label="ACS’s status", empty_label="Any status")
    missing = django_filters.ChoiceFilter(choices=MISSING, method="is_missing", label="In the file", empty_label="In it or not")
    waiting = django_filters.BooleanFilter(method="is_waiting", widget=HiddenInput)
    sells = django_filters.BooleanFilter(method="may_sell", widget=HiddenInput)
    doubted = django_filters.BooleanFilter(method="is_doubted", widget=HiddenInput)

    class Meta:
        model = Garment
        fields: list[str] = []

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at

    @property
    def qs(self) -> Garments:
        """The garments asked for; none where the question is not well-formed."""
        found: Garments = self.queryset
        return self.filter_queryset(found) if self.form.is_valid() else found.none()

    def is_missing(self, found: Garments, _name: str, value: str) -> Garments:
        return found.filter(missing_since__isnull=value == "no")

    def is_waiting(self, found: Garments, _name: str, value: bool) -> Garments:
        """Still inside the buffer of its SKU; asked of one SKU, because each has its own."""
        return found.filter(garments.inside_buffer(self.form.cleaned_data["sku"], at=self.at)) if value else found

    def is_doubted(self, found: Garments, _name: str, value: bool) -> Garments:
        return found.filter(garments.doubted()) if value else found

    def may_sell(self, found: Garments, _name: str, value: bool) -> Garments:
        return found.filter(status__in=sellable_statuses(), missing_since=None) if value else found
