"""A person asks what may be sold: every SKU, and one of them from what ACS holds to what the website may sell."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.queries import alphabet, words
from inventory.actions import Refused, set_reserve
from inventory.filters import StockFilter
from inventory.forms import ReserveForm
from inventory.queries import sku as one
from inventory.queries import stock
from inventory.queries.levels import stock_as_of
from inventory.rules.waterfall import Lever
from inventory.views import Signed, address, stale

PAGE = 50


@require_GET
@permission_required("inventory.view_level", raise_exception=True)
def stock_list(request: Signed) -> HttpResponse:
    """The SKUs that ACS holds, by SKU. Everything the page shows is in its address."""
    now = timezone.now()
    cleared = stock.cleared_since(now)
    asked = StockFilter(request.GET, queryset=stock.levels(), cleared=cleared)
    cursors = {name: request.GET.get(name, "") for name in ("after", "before")}
    page = alphabet.page(asked.qs.values(*stock.COUNTERS, "name"), key="sku", size=PAGE, **cursors)
    rows, publishes = stock.rows_of(page.rows, now)
    kept = request.GET.copy()
    for name in cursors:
        kept.pop(name, None)
    counts, as_of = stock.counts(cleared), stock_as_of()
    context = {
        "form": asked.form,
        "page": page,
        "rows": [(row, address("inventory:sku", sku=row.sku)) for row in rows],
        "publishes": publishes,
        "query": kept.urlencode(),
        "counts": counts,
        "kpis": _kpis(counts),
        "as_of": words.moment(as_of, now) if as_of else "",
        "stale": stale(now),
    }
    return render(request, "inventory/stock.html", context, status=200 if asked.form.is_valid() else 400)


@require_GET
@permission_required("inventory.view_level", raise_exception=True)
def sku_page(request: Signed, sku: str) -> HttpResponse:
    """One SKU's waterfall, what would make it more, its orders, its buffer, and how it went over time."""
    return _sku_page(request, sku)


@require_POST
@permission_required(["inventory.view_level", "inventory.reserve_level"], raise_exception=True)
def reserve(request: Signed, sku: str) -> HttpResponse:
    """Keep some of a SKU back from sale, or let them go."""
    form = ReserveForm(request.POST)
    if not form.is_valid():
        return _sku_page(request, sku, form=form, status=422)
    try:
        set_reserve(sku, form.cleaned_data["quantity"], reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        return _sku_page(request, sku, form=form, status=422)
    messages.success(request, f"Saved. {form.cleaned_data['quantity']:,} of {sku} are kept back from sale.")
    return redirect("inventory:sku", sku=sku)


def _sku_page(request: Signed, sku: str, *, form: ReserveForm | None = None, status: int = 200) -> HttpResponse:
    level = None if len(sku) > 64 else one.level_of(sku)
    if level is None:
        return _unknown(request, sku)
    now = timezone.now()
    found = one.waterfall(level, at=now)
    rule = one.rule_of(level, found.product, now)
    orders = one.orders_of(sku, found.as_of)
    days = one.over_time(sku, today=(found.now.on_hand, found.sellable), at=now)
    context = {
        "sku": sku,
        "found": found,
        "links": _links(sku, found),
        "levers": [(lever, _rows_of(sku, lever)) for lever in found.levers],
        "orders": [(each, words.moment(each.made_at, now), words.full(each.made_at)) for each in orders[: one.ORDERS]],
        "more_orders": len(orders) > one.ORDERS,
        "rule": rule,
        "rule_until": words.moment(rule.expires_at, now) if rule and rule.expires_at else "",
        "rule_by": words.name_of(rule.made_by) if rule and rule.made_by else "",
        "days": days,
        "form": form or ReserveForm(initial={"quantity": level.reserve}),
        "cases": one.cases_about(level, found.product),
        "stale": stale(now),
    }
    return render(request, "inventory/sku.html", context, status=status)


def _links(sku: str, found: one.Waterfall) -> dict[str, str]:
    """The rows behind each step of the waterfall."""
    links = {
        "on-hand": _garments(sku=sku, missing="no"),
        "for-sale": _garments(sku=sku, sells="true"),
        "doubted": _garments(sku=sku, doubted="true"),
        "waiting": _garments(sku=sku, waiting="true"),
        "allocated": "#orders-title",
        "reserve": "#buffer-title",
    }
    return links | {f"status-{line.status}": _garments(sku=sku, status=line.status, missing="no") for line in found.steps if line.status}


def _rows_of(sku: str, lever: Lever) -> str:
    asked: dict[str, dict[str, Any]] = {
        "waiting": {"waiting": "true"},
        "doubted": {"doubted": "true"},
        "missing": {"missing": "yes"},
        "reserve": {},
    }
    if lever.key == "reserve":
        return "#buffer-title"
    return _garments(sku=sku, **asked.get(lever.key, {"status": lever.status, "missing": "no"}))


def _garments(**asked: Any) -> str:
    return f"{reverse('inventory:garments')}?{urlencode(asked)}"


def _unknown(request: Signed, sku: str) -> HttpResponse:
    """A page in words, because a product may well be sold that ACS never held."""
    return render(request, "inventory/unknown.html", {"what": "SKU", "name": sku[:64], "list": "inventory:stock"}, status=404)


def _kpis(counts: stock.Counts) -> list[dict[str, str]]:
    told = (
        ("", counts.every, "SKUs at ACS", ""),
        ("?only=none", counts.none, "on hand, nothing to sell", "warn" if counts.none else ""),
        ("?only=waiting", counts.waiting, "with garments in the buffer", ""),
        ("?only=oversold", counts.oversold, "oversold", "bad" if counts.oversold else ""),
        ("?only=missing", counts.missing, "missing from the last file", "warn" if counts.missing else ""),
    )
    return [{"query": query, "count": f"{count:,}", "label": label, "tone": tone} for query, count, label, tone in told]
