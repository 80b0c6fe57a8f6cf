"""A person asks for the products, and puts one right."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exceptions_queue.queries import alphabet
from inventory import queries
from inventory.actions import CannotDecide, NotLearnt, Stale, accept_learnt_size, correct_product, prefer_source, set_source_order
from inventory.filters import ProductFilter
from inventory.forms import MEASURES, ProductForm, SourceOrderForm, UploadForm
from inventory.models import Level, Product, Source
from inventory.queries.measures import BrandOrder
from inventory.views import Signed

PAGE = 50
SHOWN = (*queries.COLUMNS, "known_to_acs", "cases")
LABELS = {name: field.label for name, field in ProductForm.base_fields.items()}


@require_GET
@permission_required("inventory.view_product", raise_exception=True)
def product_list(request: Signed) -> HttpResponse:
    """The products by SKU. Everything the page shows is in its address."""
    return list_page(request)


def list_page(request: Signed, *, status: int = 200, **more: Any) -> HttpResponse:
    """The list, with the answer to an upload on top where there is one."""
    now = timezone.now()
    asked = ProductFilter(request.GET, queryset=queries.rows(), at=now)
    cursors = {name: request.GET.get(name, "") for name in ("after", "before")}
    kept = request.GET.copy()
    for name in cursors:
        kept.pop(name, None)
    counts = queries.counts(now)
    context = {
        "form": asked.form,
        "page": alphabet.page(queries.listed(asked.qs, now).values(*SHOWN), key="sku", size=PAGE, **cursors),
        "query": kept.urlencode(),
        "counts": counts,
        "kpis": _kpis(counts),
        "may_import": request.user.has_perm("inventory.import_product"),
        "may_change": request.user.has_perm("inventory.change_product"),
        "upload_form": UploadForm(auto_id="products_%s"),
        "setup_form": UploadForm(auto_id="setup_%s"),
        **more,
    }
    return render(request, "inventory/products.html", context, status=status if asked.form.is_valid() else 400)


@require_http_methods(["GET", "POST"])
@permission_required("inventory.change_product", raise_exception=True)
def fix_size(request: Signed, sku: str) -> HttpResponse:
    """Size, weight and customs facts of one SKU: a fragment inside another page, or a page of its own."""
    if len(sku) > 64 or "\x00" in sku:
        raise Http404("No SKU is that long.")
    product = queries.product_of(sku)
    if request.method == "GET":
        return _show(request, sku, product, ProductForm.of(product))
    form = ProductForm(request.POST)
    if not form.is_valid():
        return _show(request, sku, product, form, status=422)
    try:
        saved = correct_product(sku, form.values(), actor=request.user, at=timezone.now(), seen=form.cleaned_data["seen"])
    except Stale as stale:
        return _difference(request, stale.product, form)
    return _done(request, saved)


@require_POST
@permission_required("inventory.accept_sizecorrection", raise_exception=True)
def accept_learnt(request: Signed, sku: str) -> HttpResponse:
    """Use what packed parcels taught about this product from now on."""
    factor = request.POST.get("factor", "")
    if not (factor.isascii() and factor.isdigit() and len(factor) < 6) or len(sku) > 64 or "\x00" in sku:
        raise Http404("No learnt size is meant.")
    try:
        accept_learnt_size(sku, factor=int(factor), actor=request.user, at=timezone.now())
    except NotLearnt as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"Orders with {sku} are judged by its packed size from now on. The open ones are being checked again.")
    return redirect("inventory:fix-size", sku=sku)


@require_POST
@permission_required("inventory.decide_product", raise_exception=True)
def decide_source(request: Signed, sku: str) -> HttpResponse:
    """Let one source decide this product's size, or with none named its brand's order again."""
    source = request.POST.get("source", "")
    if source not in ("", *Source.values) or len(sku) > 64 or "\x00" in sku:
        raise Http404("No source is meant.")
    try:
        prefer_source(sku, source, actor=request.user, at=timezone.now())
    except Product.DoesNotExist as nobody:
        raise Http404("Nobody has described this SKU.") from nobody
    except CannotDecide as refused:
        messages.error(request, refused.sentence)
    else:
        by = Source(source).label if source else "The order of its brand"
        messages.success(request, f"{by} decides the size of {sku} from now on. The open orders are being checked again.")
    return redirect("inventory:fix-size", sku=sku)


@require_http_methods(["GET", "POST"])
@permission_required("inventory.decide_product", raise_exception=True)
def source_orders(request: Signed) -> HttpResponse:
    """Whose word counts first, brand by brand."""
    form = SourceOrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        brand = form.cleaned_data["brand"]
        set_source_order(brand, form.cleaned_data["order"], actor=request.user, at=timezone.now())
        messages.success(request, f"Saved for {brand or 'every other brand'}. A worker decides the sizes again now.")
        return redirect("inventory:sources")
    brands = queries.brand_orders(queries.products_by_brand())
    rows = [(row, _order_form(row, place)) for place, row in enumerate(brands)]
    context = {"rows": rows, "refused": request.method == "POST"}
    return render(request, "inventory/sources.html", context, status=422 if request.method == "POST" else 200)


def _order_form(row: BrandOrder, place: int) -> SourceOrderForm:
    return SourceOrderForm(initial={"brand": row.brand, "order": ",".join(row.order)}, auto_id=f"brand{place}_%s")


def _show(request: Signed, sku: str, product: Product | None, form: ProductForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"sku": sku, "product": product, "form": form, **more}
    if request.htmx:
        return render(request, "inventory/parts/_fix.html", context, status=status)
    now = timezone.now()
    context["history"] = queries.history(product, now) if product else []
    context["at_acs"] = Level.objects.filter(sku=sku).exists()
    context["sides"] = queries.sides_of(product, now) if product else []
    context["in_shop"] = queries.in_shop(product) if product else None
    context["learnt"] = queries.learnt_of(product, now) if product else None
    return render(request, "inventory/product.html", context, status=status)


def _difference(request: Signed, theirs: Product, form: ProductForm) -> HttpResponse:
    """Somebody saved first: both values side by side, nothing typed is lost, and the form goes on from theirs."""
    typed = form.values()
    rows = [(LABELS[name], _word(getattr(theirs, name)), _word(value)) for name, value in typed.items() if getattr(theirs, name) != value]
    return _show(request, theirs.sku, theirs, ProductForm.of(theirs, typed), status=409, rows=rows)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _done(request: Signed, product: Product) -> HttpResponse:
    tone, sentence = _what_now(product)
    if not request.htmx:
        messages.add_message(request, messages.SUCCESS if tone == "ok" else messages.WARNING, sentence)
        return redirect("inventory:fix-size", sku=product.sku)
    answer = render(request, "inventory/parts/_saved.html", {"product": product, "tone": tone, "sentence": sentence})
    answer["HX-Trigger"] = json.dumps({"toast": sentence})
    return answer


def _what_now(product: Product) -> tuple[str, str]:
    """(tone, sentence): what saving means for the orders."""
    if any(getattr(product, name) is None for name in MEASURES):
        return "warn", f"Saved. {product.sku} still has no size, so orders with it for a locker stay held."
    if queries.is_too_big(product):
        return "warn", f"Saved. {product.sku} is too big or too heavy for any locker: orders with it need home delivery."
    return "ok", f"Saved. The orders that wait for {product.sku} are being checked again."


def _kpis(counts: queries.Counts) -> list[dict[str, str]]:
    told = (
        ("", counts.every, "products", ""),
        ("?size=missing", counts.unsized, "without size or weight", "warn" if counts.unsized else ""),
        ("?size=too-big", counts.too_big, "too big for any locker", ""),
        ("?size=absurd", counts.absurd, "with a size that cannot be right", "warn" if counts.absurd else ""),
        ("?size=changed", counts.changed, "changed in the last 7 days", ""),
        ("?size=caused", counts.caused, "caused cases in 30 days", "warn" if counts.caused else ""),
        ("?size=otherwise", counts.packed_otherwise, "packed otherwise than counted", "warn" if counts.packed_otherwise else ""),
        ("?acs=yes", counts.at_acs, "SKUs that ACS knows", ""),
    )
    return [{"query": query, "count": f"{count:,}", "label": label, "tone": tone} for query, count, label, tone in told]
