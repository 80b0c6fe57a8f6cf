"""A person says where in the shop's orders a fact is found."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.actions.resolving import move_rule, save_rule
from orders.forms import ResolverRuleForm
from orders.models import ResolverRule
from orders.queries.resolving import hits_of_last_orders
from orders.views import Signed


@require_GET
@permission_required("orders.view_resolverrule", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    rules = list(ResolverRule.objects.order_by("fact", "position", "id"))
    groups = [(ResolverRule.Fact(fact).label, list(some)) for fact, some in groupby(rules, key=lambda rule: rule.fact)]
    return render(request, "orders/resolvers.html", {"groups": groups, "hits": hits_of_last_orders()})


@require_http_methods(["GET", "POST"])
@permission_required("orders.change_resolverrule", raise_exception=True)
def edit(request: Signed, pk: int | None = None) -> HttpResponse:
    rule = get_object_or_404(ResolverRule, pk=pk) if pk else None
    form = ResolverRuleForm(request.POST if request.method == "POST" else None, instance=rule)
    if request.method == "POST" and form.is_valid():
        saved = save_rule(form.save(commit=False), actor=request.user, at=timezone.now())
        messages.success(request, f"Saved. New orders are read with “{saved.name}” from now on.")
        return redirect("orders:resolvers")
    context: dict[str, Any] = {"form": form, "rule": rule}
    return render(request, "orders/resolver.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("orders.change_resolverrule", raise_exception=True)
def move(request: Signed, pk: int) -> HttpResponse:
    """One place up: asked before its neighbour from now on."""
    rule = get_object_or_404(ResolverRule, pk=pk)
    if move_rule(rule, actor=request.user, at=timezone.now()):
        messages.success(request, f"“{rule.name}” is asked earlier now.")
    return redirect("orders:resolvers")
