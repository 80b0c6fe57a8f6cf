"""A person looks at the orders that wait to be whole, and decides about one: wait, split, or to the door."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from orders import actions
from orders.actions import Decided, DeskRefused, Refused, Stale, TooLate
from orders.forms import WaitForm, WaitHomeForm, WaitOnForm, WaitSplitForm
from orders.models import Consolidation, Order
from orders.problems.waits import Plan, plans
from orders.rules.waits import SLACK
from orders.views import Signed

SHOWN = 100
SHOWS = {"": "All", "overdue": "Overdue", "before": "Before ACS", "at_acs": "At ACS"}
FORMS: dict[str, type[WaitForm]] = {"wait": WaitOnForm, "split": WaitSplitForm, "home": WaitHomeForm}


@require_GET
@permission_required("orders.view_consolidation", raise_exception=True)
def planner(request: Signed) -> HttpResponse:
    """Every order that waits for a part, the one with the least time first."""
    show = request.GET.get("show", "")
    now = timezone.now()
    live = _live()
    rows = _shown(live, show if show in SHOWS else "", now)
    found = plans(list(rows[:SHOWN]), at=now)
    context = {
        "plans": found,
        "count": rows.count(),
        "more": max(0, rows.count() - SHOWN),
        "show": show,
        "tabs": [{"key": key, "label": label, "count": _shown(live, key, now).count()} for key, label in SHOWS.items()],
    }
    return render(request, "orders/consolidation/planner.html", context)


@require_GET
@permission_required("orders.view_consolidation", raise_exception=True)
def plan(request: Signed, number: str) -> HttpResponse:
    order = get_object_or_404(Order, number=number)
    return _page(request, order)


@require_POST
@permission_required("orders.consolidate_order", raise_exception=True)
def wait(request: Signed, number: str) -> HttpResponse:
    return _decide(request, number, "wait", actions.go_on_waiting, "Order {} waits on. The case comes back if the time passes.")


@require_POST
@permission_required("orders.consolidate_order", raise_exception=True)
def split(request: Signed, number: str) -> HttpResponse:
    said = (
        "The split of order {} is recorded: what is there goes as one parcel. The rest needs an order of its own in the shop, or a refund."
    )
    return _decide(request, number, "split", actions.split, said)


@require_POST
@permission_required(["orders.consolidate_order", "orders.reroute_order"], raise_exception=True)
def home(request: Signed, number: str) -> HttpResponse:
    return _decide(request, number, "home", actions.to_home, "Order {} is to go to the door.")


def _decide(request: Signed, number: str, way: str, act: Callable[..., Consolidation], said: str) -> HttpResponse:
    order = get_object_or_404(Order, number=number)
    standing = _live().filter(order=order).first()
    if standing is None:
        return _page(request, order, status=409, refusal=f"Order {number} no longer waits. Nothing was saved.")
    form = FORMS[way](request.POST, prefix=way)
    if not form.is_valid():
        return _page(request, order, status=422, filled={way: form})
    try:
        act(standing, **form.values(), actor=request.user, at=timezone.now(), version=form.cleaned_data["version"])
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        return _page(request, order, status=422, filled={way: form})
    except (Decided, TooLate, DeskRefused) as late:
        return _page(request, order, status=409, refusal=late.sentence)
    except Stale as stale:
        return _page(request, order, status=409, refusal=str(stale))
    messages.success(request, said.format(number))
    return redirect("orders:plan", number=number)


def _page(request: Signed, order: Order, *, status: int = 200, refusal: str = "", filled: Mapping[str, WaitForm] = {}) -> HttpResponse:
    """One order's wait with its three ways out, or what became of it."""
    now = timezone.now()
    latest = order.consolidations.select_related("order", "chosen_by").order_by("-pk").first()
    shown = plans([latest], at=now)[0] if latest is not None and latest.ended_at is None else None
    context: dict[str, Any] = {"order": order, "latest": latest, "plan": shown, "refusal": refusal}
    if shown is not None:
        context["ways"] = [_way(shown, way.key, filled.get(way.key), request) for way in shown.ways]
    return render(request, "orders/consolidation/plan.html", context, status=status)


def _way(shown: Plan, key: str, form: WaitForm | None, request: Signed) -> dict[str, Any]:
    may = request.user.has_perm("orders.consolidate_order") and (key != "home" or request.user.has_perm("orders.reroute_order"))
    ready_at = shown.wait.deadline_at if shown.if_ready != "now" else None
    blank = FORMS[key](prefix=key, initial={"version": shown.wait.version, "ready_at": ready_at})
    way = next(way for way in shown.ways if way.key == key)
    return {
        "way": way,
        "form": form or blank,
        "may": may and not (key == "split" and (shown.unnamed or shown.nothing_there)),
        "url_name": f"orders:plan-{key}",
    }


def _live() -> QuerySet[Consolidation]:
    return Consolidation.objects.filter(ended_at__isnull=True).select_related("order", "hold").order_by("latest_safe_at", "pk")


def _shown(live: QuerySet[Consolidation], show: str, now: datetime) -> QuerySet[Consolidation]:
    if show == "overdue":
        return live.filter(Q(deadline_at__lte=now) | Q(latest_safe_at__lt=now + SLACK))
    if show in ("before", "at_acs"):
        return live.filter(where=Consolidation.Where.PRE_RELEASE if show == "before" else Consolidation.Where.AT_ACS)
    return live
