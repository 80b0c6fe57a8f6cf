"""A person asks what the shop was told, tells it the number of one SKU, and stops or starts the telling."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inventory.actions import publishing
from inventory.actions.publishing import AlreadyFrozen, CannotTell, NotFrozen, Shows
from inventory.forms import FreezeForm
from inventory.queries import publishing as queries
from inventory.views import Signed
from partners import connect
from partners.errors import PartnerError


@require_GET
@permission_required("inventory.view_product", raise_exception=True)
def overview(request: Signed) -> HttpResponse:
    """The last batches, what waits and what the shop does not take, and whether telling it is frozen."""
    return _page(request, FreezeForm())


def _page(request: Signed, form: FreezeForm, *, status: int = 200) -> HttpResponse:
    at = timezone.now()
    counts = queries.overview(at=at)
    context = {
        "frozen": queries.why_frozen(at=at),
        "freeze": queries.standing_freeze(),
        "observing": connect.mode("store") != "live",
        "kpis": _kpis(counts),
        "known": counts.known,
        "batches": queries.last_batches(),
        "troubled": queries.troubled(),
        "most": queries.MOST_REFUSED,
        "form": form,
    }
    return render(request, "inventory/publishing.html", context, status=status)


def _kpis(counts: queries.Overview) -> list[dict[str, str]]:
    told = (
        (counts.known, "SKUs the shop was asked about", ""),
        (counts.differs, "show another number than may be sold", "warn" if counts.differs else ""),
        (counts.under_way, "being told just now", ""),
        (counts.refused, "not taken by the shop", "warn" if counts.refused else ""),
        (counts.unusable, "cannot be told there", "warn" if counts.unusable else ""),
    )
    return [{"count": f"{count:,}", "label": label, "tone": tone} for count, label, tone in told]


@require_http_methods(["GET", "POST"])
@permission_required("inventory.publish_level", raise_exception=True)
def publish_now(request: Signed, sku: str) -> HttpResponse:
    """Tell the shop the right number of one SKU: a fragment inside a case, or a page of its own."""
    if len(sku) > 64 or "\x00" in sku:
        raise Http404("No SKU is that long.")
    if request.method == "GET":
        return _one(request, sku)
    try:
        shows = publishing.publish_now(sku, actor=request.user, clock=timezone.now)
    except CannotTell as refusal:
        return _one(request, sku, tone="warn", sentence=refusal.sentence, status=409)
    except PartnerError as trouble:
        return _one(request, sku, tone="warn", sentence=f"The shop could not be told. {trouble.sentence}", status=409)
    tone, sentence = _what_now(sku, shows)
    return _one(request, sku, tone=tone, sentence=sentence)


def _one(request: Signed, sku: str, *, tone: str = "", sentence: str = "", status: int = 200) -> HttpResponse:
    shows = publishing.how_it_stands(sku, at=timezone.now())
    context = {"sku": sku, "shows": shows, "tone": tone, "sentence": sentence}
    page = "inventory/parts/_publish.html" if request.htmx else "inventory/publish.html"
    answer = render(request, page, context, status=status)
    if sentence and request.htmx:
        answer["HX-Trigger"] = json.dumps({"toast": sentence})
    return answer


def _what_now(sku: str, shows: Shows) -> tuple[str, str]:
    """(tone, sentence): what the shop shows after it was told."""
    if shows.agrees:
        return "ok", f"The shop shows {shows.shop} of {sku}, as many as may be sold."
    if shows.under_way:
        return "warn", f"The shop is being told {shows.sellable} of {sku}. Look again in a minute."
    if shows.why:
        return "warn", f"The shop was not told. {shows.why}"
    if shows.shop is not None and shows.shop < shows.sellable:
        return (
            "ok",
            f"The shop shows {shows.shop} of {sku}. It is told {shows.sellable} once its newest orders were read, in a minute or two.",
        )
    return "warn", f"The number of {sku} changed in the shop while it was told. It is read and told again within a minute."


@require_POST
@permission_required("inventory.freeze_level", raise_exception=True)
def freeze(request: Signed) -> HttpResponse:
    form = FreezeForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        publishing.freeze(form.cleaned_data["reason"], actor=request.user, at=timezone.now())
    except AlreadyFrozen:
        messages.warning(request, "A colleague has stopped it already.")
    else:
        messages.success(request, "The shop is told nothing from now on.")
    return redirect("inventory:publishing")


@require_POST
@permission_required("inventory.freeze_level", raise_exception=True)
def unfreeze(request: Signed) -> HttpResponse:
    try:
        publishing.unfreeze(actor=request.user, at=timezone.now())
    except NotFrozen:
        messages.warning(request, "Nobody has stopped it.")
    else:
        messages.success(request, "The shop is told again, within a minute.")
    return redirect("inventory:publishing")
