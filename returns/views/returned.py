"""A person asks what came back, looks at one return, and says which order it belongs to."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.queries import keyset, words
from returns.actions.cases import address_of
from returns.actions.matching import NotMatched, match_by_hand
from returns.actions.refunds import may_give
from returns.filters import ReturnFilter
from returns.forms import MatchForm, PhotoForm, ReasonForm
from returns.models import Return, ReturnItem
from returns.queries import listing, one
from returns.queries.refunds import rows as refunds
from returns.states import RefundState
from returns.views import Signed

PAGE = 50


@require_GET
@permission_required("returns.view_return", raise_exception=True)
def return_list(request: Signed) -> HttpResponse:
    """The returns, the latest first. Everything the page shows is in its address."""
    now = timezone.now()
    asked = ReturnFilter(request.GET, queryset=Return.objects.all())
    cursors: dict[str, Any] = {name: request.GET.get(name, "") for name in ("after", "before")}
    page = keyset.page(listing.rows(asked.qs), key="arrived_at", size=PAGE, newest_first=True, **cursors)
    kept = request.GET.copy()
    for name in cursors:
        kept.pop(name, None)
    counts = listing.counts()
    context = {
        "form": asked.form,
        "page": page,
        "rows": [_row(row, now) for row in listing.rows_of(page.rows)],
        "counts": counts,
        "kpis": _kpis(counts),
        "query": kept.urlencode(),
    }
    return render(request, "returns/returns.html", context, status=200 if asked.form.is_valid() else 400)


def _row(row: listing.Row, now: Any) -> dict[str, Any]:
    order_url = order_address(row.order_number) if row.is_matched else ""
    when = {"when": words.moment(row.arrived_at, now), "full": words.full(row.arrived_at)}
    return {"row": row, "url": address_of(row.acs_id), "order_url": order_url, **when}


def _kpis(counts: dict[str, int]) -> list[dict[str, str]]:
    told = [("", counts["every"], "returns", "")]
    told += [(f"?only={kind}", counts[kind], label, listing.TONES[kind] if counts[kind] else "") for kind, label in listing.COUNTED.items()]
    return [{"query": query, "count": f"{count:,}", "label": label, "tone": tone} for query, count, label, tone in told]


@require_GET
@permission_required("returns.view_return", raise_exception=True)
def return_page(request: Signed, acs_id: str) -> HttpResponse:
    """One return: its garments and photos, how they were graded, what happened, and where it leads."""
    return page_of(request, _return(acs_id))


@require_POST
@permission_required(["returns.view_return", "returns.match_return"], raise_exception=True)
def match(request: Signed, acs_id: str) -> HttpResponse:
    """Say which order a return belongs to."""
    ret, form = _return(acs_id), MatchForm(request.POST)
    if not form.is_valid():
        return page_of(request, ret, match_form=form, status=422)
    try:
        order = match_by_hand(ret.acs_id, form.cleaned_data["number"], actor=request.user, at=timezone.now())
    except NotMatched as refused:
        form.add_error("number", refused.sentence)
        return page_of(request, ret, match_form=form, status=422)
    messages.success(request, f"Return {ret.acs_id} belongs to order {order.number} now.")
    return redirect(address_of(ret.acs_id) or "returns:returns")


def page_of(
    request: Signed,
    ret: Return,
    *,
    match_form: MatchForm | None = None,
    photo_form: PhotoForm | None = None,
    item: int = 0,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, with a form that was refused where there is one: `photo_form` belongs to the garment `item`; or with why an act was."""
    now = timezone.now()
    told = one.told_of(ret)
    money = _refunds(request, told.garments, now)
    context = {
        "refusal": refusal,
        "ret": ret,
        "told": told,
        "garments": [
            _garment(each, now, photo_form if each.item.pk == item else None) | {"refund": money.get(each.item.pk)}
            for each in told.garments
        ],
        "arrived": words.moment(ret.arrived_at, now),
        "updated": words.moment(ret.told_at, now),
        "order_url": order_address(ret.order.number) if ret.order else "",
        "events": [(event, words.moment(event.at, now), words.full(event.at)) for event in told.events],
        "match_form": match_form or MatchForm(),
        "may_add": request.user.has_perm("returns.complete_writeoff"),
    }
    return render(request, "returns/return.html", context, status=status)


def _garment(shown: one.Shown, now: Any, refused: PhotoForm | None) -> dict[str, Any]:
    item = shown.item
    return {
        "shown": shown,
        "form": refused or PhotoForm.of(item.pk),
        "item": item,
        "graded": words.moment(item.graded_at, now) if item.graded_at else "",
        "garment_url": _address("inventory:garment", rfid=item.rfid) if shown.is_in_stock else "",
        "sku_url": _address("inventory:sku", sku=item.sku) if shown.is_sku_in_stock else "",
        "write_offs": [(each, _address("returns:write-off", reference=each.reference)) for each in shown.write_offs],
        "photos": [(photo, words.moment(photo.kept_at, now) if photo.kept_at else "") for photo in shown.photos],
    }


def _refunds(request: Signed, garments: list[one.Shown], now: Any) -> dict[int, dict[str, Any]]:
    """{garment: what is said of its refund}, for those who may see refunds."""
    if not request.user.has_perm("returns.view_refund"):
        return {}
    shown = refunds.shown_of_items([each.item for each in garments], request.user, at=now)
    return {each.item.pk: refund_card(shown[each.item.pk], now, item=each.item) for each in garments}


def refund_card(shown: refunds.Shown, now: Any, *, item: ReturnItem | None = None) -> dict[str, Any]:
    """One refund ready to print, or of the garment `item` why there is none."""
    refund = shown.refund
    garment = refund.item if refund else item
    card: dict[str, Any] = {"shown": shown, "refund": refund, "item": garment, "name": _name_of(garment)}
    if refund is None:
        return card | {"form": ReasonForm.of(f"propose-{garment.pk if garment else 0}")}
    waits = refund.state == RefundState.APPROVED and not may_give(refund.kind)
    moments = {"first": refund.first_at, "decided": refund.decided_at, "given": refund.given_at}
    return card | {
        "form": ReasonForm.of(f"decline-{refund.pk}"),
        "url": address_of(refund.item.ret.acs_id),
        "order_url": order_address(refund.order_number),
        "proposed": words.moment(refund.proposed_at, now),
        "full": words.full(refund.proposed_at),
        "waits": "Nothing is sent while the shop, or the ledger, is only observed: it waits." if waits else "",
        **{name: words.moment(at, now) if at else "" for name, at in moments.items()},
    }


def _name_of(item: ReturnItem | None) -> str:
    return (item.rfid or item.sku or f"line {item.line_id}") if item else ""


def order_address(number: str) -> str:
    return _address("orders:detail", number=number)


def _address(url_name: str, **parts: str) -> str:
    """The address of a row's page; "" for a name that no address can hold, and of a page that does not exist."""
    try:
        return reverse(url_name, kwargs=parts)
    except NoReverseMatch:
        return ""


def _return(acs_id: str) -> Return:
    ret = one.return_of(acs_id)
    if ret is None:
        raise Http404("ACS has told of no return with this number.")
    return ret
