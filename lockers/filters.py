"""Is the question well-formed? What the list of lockers can be asked, by the names in the URL."""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from lockers.models import Point
from lockers.rules import points
from partners.inpost.compartments import LIMITS

CONDITIONS = {
    "receiving": ("May receive parcels", Q(may_receive=True)),
    "full": ("Full for now", Q(gone_at__isnull=True, status=points.OVERLOADED)),
    "closed": ("Closed or not open yet", Q(gone_at__isnull=True, may_receive=False) & ~Q(status=points.OVERLOADED)),
    "gone": ("Gone from InPost's network", Q(gone_at__isnull=False)),
}
STATUSES = [
    ("What it means", [(key, label) for key, (label, _) in CONDITIONS.items()]),
    ("As InPost says", [(status, status) for status in points.STATUSES]),
]
Points = QuerySet[Point, dict[str, Any]]


def parcel_ids(said: Iterable[str], *, most: int = 200) -> list[int]:
    """The parcels that a page's boxes name, each once; what is no number, or too large for one, names none."""
    numbers = (int(text) for text in said if text.isascii() and text.isdigit() and len(text) < 19)
    return list(dict.fromkeys(numbers))[:most]


class PointFilter(django_filters.FilterSet):
    """Lockers unless shops are asked for. `q` is an id or a name, `place` a town or the start of a postcode."""

    q = django_filters.CharFilter(method="matching", max_length=64, label="Locker id or name")
    place = django_filters.CharFilter(method="in_place", max_length=64, label="Town or postcode")
    status = django_filters.ChoiceFilter(choices=STATUSES, method="in_condition", label="Status", empty_label="Any status")
    size = django_filters.ChoiceFilter(
        choices=[(compartment.size, f"Size {compartment.size}") for compartment in LIMITS.smallest_first],
        method="with_size",
        label="Compartment",
        empty_label="Any size",
    )
    kind = django_filters.ChoiceFilter(choices=[("shop", "Shops")], method="of_kind", label="Kind", empty_label="Lockers")

    class Meta:
        model = Point
        fields: list[str] = []

    @property
    def qs(self) -> Points:
        """The points asked for; none where the question is not well-formed."""
        found: Points = self.queryset
        if not self.form.is_valid():
            return found.none()
        found = self.filter_queryset(found)
        return found.filter(is_locker=self.form.cleaned_data["kind"] != "shop")

    def matching(self, found: Points, _name: str, value: str) -> Points:
        return found.filter(Q(point_id__istartswith=value) | Q(name__icontains=value))

    def in_place(self, found: Points, _name: str, value: str) -> Points:
        """A town, or a postcode as far as it was typed: "L", "LS1" (which is not LS11), "LS1 4", "LS14AB"."""
        code = " ".join(value.upper().split())
        district = points.outward(code)
        if district:
            there = Q(postcode=f"{district} {code.replace(' ', '').removeprefix(district)}")
        else:
            there = Q(postcode__startswith=code) if " " in code or code.isalpha() else Q(outward=code)
        return found.filter(Q(city__istartswith=value) | there)

    def in_condition(self, found: Points, _name: str, value: str) -> Points:
        return found.filter(CONDITIONS[value][1]) if value in CONDITIONS else found.filter(status=value, gone_at__isnull=True)

    def with_size(self, found: Points, _name: str, value: str) -> Points:
        return found.filter(sizes__has_key=value)

    def of_kind(self, found: Points, _name: str, _value: str) -> Points:
        return found  # decided in `qs`, where leaving it out has a meaning too
