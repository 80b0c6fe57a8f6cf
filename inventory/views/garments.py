"""A person asks for the garments behind a number, and why one of them is not on sale."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from exceptions_queue.queries import alphabet, keyset, words
from inventory.filters import GarmentFilter
from inventory.queries import garments
from inventory.rules.whynot import Why
from inventory.views import Signed, address, stale

PAGE = 50
TONES = {Why.ON_SALE: "ok", Why.BUFFER: "info", Why.NOT_READY: "info", Why.UNMAPPED: "bad", Why.DOUBTED: "bad"}


@require_GET
@permission_required("inventory.view_garment", raise_exception=True)
def garment_list(request: Signed) -> HttpResponse:
    """The garments asked for: of a SKU or a status those that have been as they are the longest first, else by RFID."""
    now = timezone.now()
    asked = GarmentFilter(request.GET, queryset=garments.rows(), at=now)
    cursors: dict[str, Any] = {name: request.GET.get(name, "") for name in ("after", "before")}
    kept = request.GET.copy()
    for name in cursors:
        kept.pop(name, None)
    found = asked.qs
    narrow = asked.form.is_valid() and (asked.form.cleaned_data["sku"] or asked.form.cleaned_data["status"])
    pages = keyset.page(found, key="since", size=PAGE, **cursors) if narrow else alphabet.page(found, key="rfid", size=PAGE, **cursors)
    context = {
        "form": asked.form,
        "page": pages,
        "rows": [_row(each, now) for each in pages.rows],
        "query": kept.urlencode(),
        "sku": request.GET.get("sku", "")[:64],
        "stale": stale(now),
    }
    return render(request, "inventory/garments.html", context, status=200 if asked.form.is_valid() else 400)


def _row(each: dict[str, Any], now: datetime) -> dict[str, Any]:
    tone, word = garments.meaning(each)
    since = each["missing_since"] or each["since"]
    shown = {"url": address("inventory:garment", rfid=each["rfid"]), "tone": tone, "word": word}
    return each | shown | {"when": words.moment(since, now), "full": words.full(since), "for": words.brief(max(now - since, timedelta()))}


@require_GET
@permission_required(["inventory.view_garment", "inventory.view_garmentchange"], raise_exception=True)
def garment_page(request: HttpRequest, rfid: str) -> HttpResponse:
    """Why this garment is not on sale, what happened to it, and when it is expected to be ready."""
    garment = garments.garment_of(rfid)
    if garment is None:
        asked = {"what": "garment with the RFID", "name": rfid[:64], "list": "inventory:garments"}
        return render(request, "inventory/unknown.html", asked, status=404)
    now = timezone.now()
    told = garments.told(garment, at=now)
    context = {
        "garment": garment,
        "told": told,
        "tone": TONES.get(told.answer.why, "warn"),
        "confirm_url": address("inventory:confirm-garment", rfid=rfid) if told.answer.why == Why.DOUBTED else "",
        "sku_url": address("inventory:sku", sku=garment.sku),
        "since": words.moment(garment.since, now),
        "missing_since": words.moment(garment.missing_since, now) if garment.missing_since else "",
        "half_by": words.moment(told.half_by, now) if told.half_by else "",
        "most_by": words.moment(told.most_by, now) if told.most_by else "",
        "half_gone": bool(told.half_by and told.half_by <= now),
        "most_gone": bool(told.most_by and told.most_by <= now),
        "scanned": words.moment(garment.scanned_at, now) if garment.scanned_at else "",
        "events": [(event, words.moment(event.at, now), words.full(event.at)) for event in garments.timeline(garment)],
        "stale": stale(now),
    }
    return render(request, "inventory/garment.html", context)
