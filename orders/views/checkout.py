"""A person keeps the checkout's delivery options, and looks at what kept baskets out of lockers."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from orders.actions.rates import save_rate
from orders.forms import CarrierRateForm
from orders.models import CarrierRate
from orders.queries import refusals
from orders.views import Signed


@require_GET
@permission_required("orders.view_checkoutrefusal", raise_exception=True)
def refused(request: Signed) -> HttpResponse:
    """Which SKUs cost locker sales, the worst first."""
    today = timezone.localdate()
    context = {
        "rows": refusals.costs(today),
        "total": refusals.total(today),
        "days": refusals.DAYS,
        "sample": settings.ELIGIBILITY_SAMPLE,
        "may_change": request.user.has_perm("inventory.change_product"),
    }
    return render(request, "orders/refusals.html", context)


@require_GET
@permission_required("orders.view_carrierrate", raise_exception=True)
def rates(request: Signed) -> HttpResponse:
    return render(request, "orders/rates.html", {"rates": CarrierRate.objects.all()})


@require_http_methods(["GET", "POST"])
@permission_required("orders.change_carrierrate", raise_exception=True)
def edit_rate(request: Signed, pk: int | None = None) -> HttpResponse:
    rate = get_object_or_404(CarrierRate, pk=pk) if pk else None
    form = CarrierRateForm(request.POST if request.method == "POST" else None, instance=rate)
    if request.method == "POST" and form.is_valid():
        saved = save_rate(form.save(commit=False), actor=request.user, at=timezone.now())
        messages.success(request, f"Saved. The checkout offers “{saved.name}” as it stands here within a minute.")
        return redirect("orders:rates")
    context: dict[str, Any] = {"form": form, "rate": rate}
    return render(request, "orders/rate.html", context, status=422 if form.errors else 200)
