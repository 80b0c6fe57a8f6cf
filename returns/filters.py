"""Is the question well-formed? What the list of returns can be asked, by the names in the address."""

import django_filters
from django.db.models import Q, QuerySet

from returns.models import Return, ReturnItem
from returns.queries import listing


class ReturnFilter(django_filters.FilterSet):
    """`q` is the start of a return's or an order's number, or a whole RFID; `only` one of `listing.KINDS`."""

    q = django_filters.CharFilter(method="matching", max_length=64, label="Return, order or RFID")
    only = django_filters.ChoiceFilter(
        choices=[(key, label) for key, label in listing.KINDS.items()], method="of_kind", label="Show", empty_label="Every return"
    )
    grade = django_filters.ChoiceFilter(
        choices=listing.grades_in_words, method="with_grade", label="With a garment graded", empty_label="Any grade"
    )

    class Meta:
        model = Return
        fields: list[str] = []

    @property
    def qs(self) -> QuerySet[Return]:
        """The returns asked for; none where the question is not well-formed."""
        found: QuerySet[Return] = self.queryset
        return self.filter_queryset(found) if self.form.is_valid() else found.none()

    def matching(self, found: QuerySet[Return], _name: str, value: str) -> QuerySet[Return]:
        garment = ReturnItem.objects.filter(rfid__iexact=value).values("ret")
        return found.filter(
            Q(acs_id__istartswith=value) | Q(order_number__istartswith=value) | Q(order__number__istartswith=value) | Q(pk__in=garment)
        )

    def of_kind(self, found: QuerySet[Return], _name: str, value: str) -> QuerySet[Return]:
        return found.filter(listing.of_kind(value))

    def with_grade(self, found: QuerySet[Return], _name: str, value: str) -> QuerySet[Return]:
        return found.filter(listing.with_grade(value))
