"""A person looks at what shop and ACS say differently, and has them compared now."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.queries import words
from orders.actions.reconciling import holds, run_reconcile
from orders.models import ReconcileRun
from orders.queries import reconciling
from orders.queries.reconciling import ROWS_A_PAGE
from orders.states import Difference
from orders.views import Signed

MOST_PAGES = 10_000


@require_GET
@permission_required("orders.view_integrityrun", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    """The latest comparison with its rows, 50 a page; `?show=` narrows them to one kind."""
    now, run = timezone.now(), reconciling.latest()
    context: dict[str, object] = {"run": run}
    if run is not None:
        context |= _of(run, request)
        context |= {"when": words.moment(run.started_at, now), "when_full": words.full(run.started_at)}
    return render(request, "orders/reconcile.html", context)


@require_POST
@permission_required("orders.run_integrityrun", raise_exception=True)
def start(request: Signed) -> HttpResponse:
    """Compare now, by the mirror of both as it stands. ACS itself is asked by night, and by `check_orders`."""
    run = run_reconcile(actor=request.user, at=timezone.now())
    if run.differing:
        messages.warning(request, f"Shop and ACS differ in {run.differing:,} of {run.compared:,} orders.")
    else:
        messages.success(request, f"Shop and ACS say the same of all {run.compared:,} orders.")
    return redirect("orders:reconcile")


def _of(run: ReconcileRun, request: Signed) -> dict[str, object]:
    show, number = request.GET.get("show", ""), _number(request.GET.get("page", ""))
    show = show if show in Difference.values else ""
    found = reconciling.of_kind(run, show)
    start = (number - 1) * ROWS_A_PAGE
    shown = list(found[start : start + ROWS_A_PAGE + 1])
    return {
        "seal_holds": holds(run),
        "kinds": _kinds(run),
        "show": show,
        "heading": Difference(show).label if show else "Everything that differs",
        "rows": reconciling.rows(shown[:ROWS_A_PAGE], at=timezone.now()),
        "previous": number - 1,
        "next": number + 1 if len(shown) > ROWS_A_PAGE else 0,
    }


def _kinds(run: ReconcileRun) -> list[dict[str, object]]:
    """Every kind with how many, each with the address of its rows."""
    here = reverse("orders:reconcile")
    return [{"label": kind.label, "value": run.by_kind.get(kind.value, 0), "url": f"{here}?show={kind.value}#found"} for kind in Difference]


def _number(said: str) -> int:
    """The page asked for; the first where that is no number."""
    return min(max(int(said), 1), MOST_PAGES) if said.isascii() and said.isdigit() and len(said) < 6 else 1
