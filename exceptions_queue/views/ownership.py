"""A person says whose new cases are, sees what that would change, and applies it to what is open."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exceptions_queue.actions import ownership
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.forms import OwnershipRuleForm
from exceptions_queue.models import OwnershipRule
from exceptions_queue.queries import words
from exceptions_queue.views import Signed


@require_GET
@permission_required("exceptions_queue.view_ownershiprule", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    """The rules in the order they are asked; `?preview=1` says what they would change on open cases."""
    rules = OwnershipRule.objects.select_related("assignee").order_by("position", "id")
    context = {
        "rules": [(rule, _conditions(rule)) for rule in rules],
        "effect": ownership.effect() if request.GET.get("preview") else None,
    }
    return render(request, "exceptions_queue/ownership.html", context)


def _conditions(rule: OwnershipRule) -> str:
    """The rule's conditions as a sentence's end."""
    kind = CATALOGUE.get(rule.code)
    said = [
        kind.title if kind else rule.code,
        f"channel {rule.channel}" if rule.channel else "",
        f"locker {rule.locker_prefix}…" if rule.locker_prefix else "",
        f"{words.pounds(rule.min_value_pence)} or more" if rule.min_value_pence else "",
    ]
    return ", ".join(filter(None, said)) or "Every case"


@require_http_methods(["GET", "POST"])
@permission_required(["exceptions_queue.view_ownershiprule", "exceptions_queue.change_ownershiprule"], raise_exception=True)
def edit(request: Signed, pk: int | None = None) -> HttpResponse:
    rule = get_object_or_404(OwnershipRule, pk=pk) if pk else None
    form = OwnershipRuleForm(request.POST if request.method == "POST" else None, instance=rule)
    if request.method == "POST" and form.is_valid():
        saved = ownership.save_rule(form.save(commit=False), actor=request.user, at=timezone.now())
        messages.success(request, f"Saved. New cases are given by “{saved.name}” from now on; open ones stay where they are.")
        return redirect("queue:ownership")
    return render(request, "exceptions_queue/ownership_rule.html", {"form": form, "rule": rule}, status=422 if form.errors else 200)


@require_POST
@permission_required("exceptions_queue.change_ownershiprule", raise_exception=True)
def up(request: Signed, pk: int) -> HttpResponse:
    rule = get_object_or_404(OwnershipRule, pk=pk)
    if ownership.move_up(rule, actor=request.user, at=timezone.now()):
        messages.success(request, f"“{rule.name}” is asked earlier now.")
    return redirect("queue:ownership")


@require_POST
@permission_required("exceptions_queue.change_ownershiprule", raise_exception=True)
def drop(request: Signed, pk: int) -> HttpResponse:
    rule = get_object_or_404(OwnershipRule, pk=pk)
    ownership.drop_rule(rule, actor=request.user, at=timezone.now())
    messages.success(request, f"“{rule.name}” is deleted. Cases it gave out stay where they are.")
    return redirect("queue:ownership")


@require_POST
@permission_required(["exceptions_queue.change_ownershiprule", "exceptions_queue.assign_exceptioncase"], raise_exception=True)
def apply(request: Signed) -> HttpResponse:
    """Run the rules again on what is open and not taken, as a job with a result per case."""
    job = ownership.rerun(actor=request.user, at=timezone.now())
    return redirect("queue:job", pk=job.pk)
