"""Orders that are held and that nothing will ever let go by itself."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef
from django.urls import reverse

from config.system_audit.gaps import Found, Row, delayed_orders, plural
from config.system_audit.look import Look
from exceptions_queue.models import ExceptionCase, Hold
from exceptions_queue.states import CaseState
from orders.models import Consolidation, Order
from orders.states import OrderState
from returns.rules.money import pounds


def endless(_look: Look) -> Found:
    """Held orders without a hold that has a date, an open case, or a part they wait for. Two statements and one for the rows."""
    about = {"subject_type": ContentType.objects.get_for_model(Order), "subject_id": OuterRef("pk")}
    dated = Hold.objects.filter(**about, cleared_at__isnull=True, until__isnull=False)
    cases = ExceptionCase.objects.filter(**about, state=CaseState.OPEN)
    waits = Consolidation.objects.filter(order=OuterRef("pk"), ended_at__isnull=True)
    orders = Order.objects.filter(~Exists(dated), ~Exists(cases), ~Exists(waits), state=OrderState.HELD, excluded_why="")
    cost = delayed_orders(orders)
    if not cost.count:
        return Found()
    return Found(
        count=cost.count,
        sentence=f"{plural(cost.count, 'order is', 'orders are')} held without a date and without a case: nobody will be reminded.",
        costs=(cost,),
        rows=lambda start, stop: [_row(order) for order in orders.order_by("placed_at", "pk")[start:stop]],
        url=f"{reverse('orders:list')}?state=held",
    )


def _row(order: Order) -> Row:
    return Row(order.number, reverse("orders:detail", args=[order.number]), f"{pounds(order.total_pence)}, placed {order.placed_at:%-d %B}")
