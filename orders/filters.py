"""Is the question well-formed? The filters of the order list, for the page and later the API."""

import django_filters
from django.db.models import QuerySet

from orders.models import Order
from orders.queries.listing import STILL_OPEN
from orders.queries.stages import of_stage
from orders.rules.stage import STAGES
from orders.states import Destination, OrderState


class OrderFilter(django_filters.FilterSet):
    """Everything that may stand in the address; never personal data. `q` is the start of an order number."""

    stage = django_filters.ChoiceFilter(
        choices=[(key, where.label) for key, where in STAGES.items()], method="by_stage", label="Stage", empty_label="Every stage"
    )
    state = django_filters.ChoiceFilter(choices=OrderState.choices, label="Decision", empty_label="Every decision")
    open = django_filters.ChoiceFilter(choices=[("1", "Still open")], method="still_open", label="Ending", empty_label="Open and ended")
    destination = django_filters.ChoiceFilter(choices=Destination.choices, label="Goes to", empty_label="Anywhere")
    locker = django_filters.CharFilter(field_name="locker_id", lookup_expr="iexact", label="Locker")
    q = django_filters.CharFilter(field_name="number", lookup_expr="istartswith", label="Order number")

    class Meta:
        model = Order
        fields = ["q", "stage", "destination", "locker", "state", "open"]

    def by_stage(self, orders: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        return orders.filter(of_stage(value))

    def still_open(self, orders: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        return orders.filter(STILL_OPEN)
