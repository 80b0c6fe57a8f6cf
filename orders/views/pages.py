"""A person asks for the list of orders or for one order."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.audit import record
from exceptions_queue.queries import words
from orders.filters import OrderFilter
from orders.models import Order
from orders.queries import customer_links, detail, listing, to_customers
from orders.queries.parcels import journey_of, panel_of
from orders.queries.timeline import timeline_of
from orders.rules.customer_links import wants_of
from orders.states import BEFORE_RELEASE
from orders.views import Signed


@require_GET
@permission_required("orders.view_order", raise_exception=True)
def order_list(request: Signed) -> HttpResponse:
    chosen = OrderFilter(request.GET, queryset=Order.objects.all())
    orders = chosen.qs if chosen.form.is_valid() else Order.objects.none()
    found = listing.page(orders, now=timezone.now(), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    kept = request.GET.copy()
    for name in ("after", "before"):
        kept.pop(name, None)
    context = {"form": chosen.form, "page": found, "count": listing.count(orders), "query": kept.urlencode()}
    return render(request, "orders/list.html", context)


@require_GET
@permission_required("orders.view_order", raise_exception=True)
def order_detail(request: Signed, number: str) -> HttpResponse:
    order = get_object_or_404(Order, number=number)
    return render(request, "orders/detail.html", order_context(request, order))


@require_POST
@permission_required("orders.reveal_contact_order", raise_exception=True)
def reveal(request: Signed, number: str) -> HttpResponse:
    """Show the contact data once, and say in the audit log who looked."""
    order = get_object_or_404(Order, number=number)
    record("contact data revealed", order, actor=request.user, at=timezone.now())
    return render(request, "orders/detail.html", order_context(request, order, revealed=True))


def order_context(request: Signed, order: Order, *, revealed: bool = False) -> dict[str, Any]:
    """Everything the page shows: a fixed number of statements, whatever the order holds."""
    now = timezone.now()
    cases, holds = detail.cases_of(order), detail.holds_of(order)
    unmasked = revealed or request.user.has_perm("orders.see_contact_order")
    lines, journey = detail.lines_of(order), journey_of(order)
    possible = [*detail.can_wait(order, lines), *detail.possible_with(order, journey.live)]
    decision = order.decisions.order_by("-id").first()
    standing = [hold for hold in holds if hold.cleared_at is None]
    shown = detail.shown_cases(cases)
    codes, may_write = {str(case["code"]) for case in shown}, request.user.has_perm("orders.send_customermessage")
    return {
        "order": order,
        "stage": detail.stage_of(order, cases, holds, journey.live),
        "cases": shown,
        "holds": standing,
        "stopped": bool(standing) or any(case["blocks"] for case in shown),
        "contact": detail.contact(order, unmasked=unmasked),
        "unmasked": unmasked,
        "lines": lines,
        "locker": detail.locker_of(order),
        "decision": decision,
        "checks": detail.checks_of(decision),
        "decided": words.full(decision.decided_at) if decision else "",
        "packed": detail.packed_of(order),
        "sendings": detail.sendings_of(order, now),
        "can": detail.acts_for(possible, order.number, request.user.has_perm),
        "cannot": detail.refused(possible),
        "way": panel_of(journey, order, at=now),
        "replaced": journey.replaced,
        **timeline_of(order, cases, journey, now, show=request.GET.get("show", ""))._asdict(),
        "shop_lines": detail.lines_in_shop(order),
        "messages_to_customer": to_customers.of_order(order, now) if may_write else [],
        "customer_link": _link(request, order, codes) if may_write else None,
        "value": words.pounds(order.total_pence),
        "placed": words.full(order.placed_at),
        "acs_seen": words.full(order.acs_seen_at) if order.acs_seen_at else "",
        "acs_since": words.full(order.acs_status_since) if order.acs_status_since else "",
        "released": words.full(order.released_at) if order.released_at else "",
        "dates": [(label, day) for label, day in _dates(order) if day],
    }


def _link(request: Signed, order: Order, codes: set[str]) -> dict[str, Any]:
    """The customer's own link: how the last one stands, its address where it works, and whether one could be made."""
    panel = customer_links.panel_of(order, codes, timezone.now())
    return {
        "panel": panel,
        "address": request.build_absolute_uri(panel.path) if panel and panel.path else "",
        "can_ask": any(wants_of(codes)) and order.state in BEFORE_RELEASE and not order.store_cancelled_at,
    }


def _dates(order: Order) -> list[tuple[str, Any]]:
    return [("Dispatch", order.dispatch_on), ("Delivery", order.deliver_on), ("Event", order.event_on), ("Return", order.return_on)]


def to_order(order: Order) -> HttpResponse:
    return redirect("orders:detail", number=order.number)
