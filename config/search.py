"""Search from anywhere: orders by number, parcels by theirs, lockers by id, name or postcode,
products and stock by SKU, garments by RFID, pages of the reference by their words. Never a customer.

A whole number, id or SKU goes straight to its page; a parcel's number to its order. Every look-up is one statement that stops
after a few rows.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.cache import cache
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from config.context import SEARCH, address
from exceptions_queue.queries import reference
from inventory.models import Garment, Level, Product
from lockers.models import Parcel, Point
from lockers.rules.points import outward
from lockers.states import LIVE
from orders.models import Order
from orders.queries.stages import COLUMNS as STAGE
from orders.queries.stages import stage_of_row, with_parcel

LONGEST, SHOWN, NAME_FROM = 64, 8, 3
SERIES_FOR_S = 300
_DISTRICT = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?", re.ASCII)


class Hit(NamedTuple):
    """One thing found: its own name, what else tells it apart, its page. `exact` where the name is what was typed."""

    name: str
    detail: str
    url: str
    exact: bool


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `more` is the list of all of them where there are more than shown."""

    title: str
    hits: list[Hit]
    more: str = ""


@require_GET
@permission_required(SEARCH, raise_exception=True)
def search(request: HttpRequest) -> HttpResponse:
    """The page of results, or straight on where exactly one thing has the name that was typed."""
    typed = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    groups = [group for permission, look in _LOOKS if typed and request.user.has_perm(permission) and (group := look(typed)).hits]
    exact = [hit for group in groups for hit in group.hits if hit.exact]
    if len(exact) == 1:
        return redirect(exact[0].url)
    return render(request, "home/search.html", {"typed": typed, "groups": groups})


def _orders(typed: str) -> Group:
    spelt = {typed, typed.upper(), typed.removeprefix("#")}
    if typed.removeprefix("#").isdecimal():
        spelt.add(_series() + typed.removeprefix("#"))
    asked = Q()
    for number in spelt:
        asked |= _starts("number", number)
    columns = ("number", "locker_id", *STAGE)
    found = list(with_parcel(Order.objects.filter(asked)).order_by("number").values(*columns)[: SHOWN + 1])
    hits = [
        Hit(
            row["number"],
            ", ".join(filter(None, [stage_of_row(row).label, f"to {row['locker_id']}" if row["locker_id"] else ""])),
            reverse("orders:detail", kwargs={"number": row["number"]}),
            row["number"] in spelt,
        )
        for row in found
    ]
    return _group("Orders", hits, reverse("orders:list"), q=typed)


def _series() -> str:
    """What the shop writes before its numbers ("LS-"), read off the newest order, so that digits alone are enough."""

    def newest() -> str:
        number = Order.objects.order_by("-placed_at", "-id").values_list("number", flat=True).first() or ""
        return re.sub(r"\d+\D*$", "", number)

    return str(cache.get_or_set("search.series", newest, SERIES_FOR_S))


def _parcels(typed: str) -> Group:
    """A tracking number, whole: by its unique index, also of a parcel that was replaced."""
    number = typed.replace(" ", "")
    columns = ("tracking_number", "order_number", "state")
    found = Parcel.objects.exclude(tracking_number="").filter(tracking_number__in={number, number.upper()}).values(*columns)[:SHOWN]
    hits = [
        Hit(
            row["tracking_number"],
            f"parcel of order {row['order_number']}{'' if row['state'] in LIVE else ', replaced'}",
            reverse("orders:detail", kwargs={"number": row["order_number"]}),
            exact=True,
        )
        for row in found
    ]
    return Group("Parcels", hits)


def _lockers(typed: str) -> Group:
    code = typed.upper()
    asked = _starts("point_id", code)
    if place := _place(code):
        asked |= place
    if len(typed) >= NAME_FROM:
        asked |= Q(name__icontains=typed)
    columns = ("point_id", "name", "street", "postcode")
    found = list(Point.objects.filter(asked, is_locker=True).order_by("point_id").values(*columns)[: SHOWN + 1])
    hits = [
        Hit(
            row["point_id"],
            ", ".join(filter(None, [row["name"], row["street"], row["postcode"]])),
            reverse("lockers:detail", kwargs={"point_id": row["point_id"]}),
            row["point_id"] == code,
        )
        for row in found
    ]
    return _group("Lockers", hits, reverse("lockers:list"), **{"place" if place else "q": typed})


def _place(code: str) -> Q | None:
    """A whole postcode, or its first half as people say it ("LS1"); None for anything else."""
    if district := outward(code):
        return Q(outward=district, postcode=f"{district} {code.replace(' ', '').removeprefix(district)}")
    return Q(outward=code) if _DISTRICT.fullmatch(code) else None


def _products(typed: str) -> Group:
    asked = _starts("sku", typed) | _starts("sku", typed.upper())
    found = list(Product.objects.filter(asked).order_by("sku").values("sku", "name", "brand")[: SHOWN + 1])
    hits = [
        Hit(row["sku"], ", ".join(filter(None, [row["name"], row["brand"]])), _product(row["sku"]), row["sku"] in (typed, typed.upper()))
        for row in found
    ]
    return _group("Products", hits, reverse("inventory:products"), q=typed)


def _product(sku: str) -> str:
    """A product's own page where there is one and the SKU can stand in an address; else its row in the list."""
    try:
        return reverse("inventory:product", kwargs={"sku": sku})
    except NoReverseMatch:
        return f"{address('inventory:products')}?{urlencode({'q': sku})}"


def _stock(typed: str) -> Group:
    """SKUs that ACS holds. Typing a whole SKU leads here only where it is no product, because a product's page is what it names first."""
    asked = _starts("sku", typed) | _starts("sku", typed.upper())
    known = Exists(Product.objects.filter(sku=OuterRef("sku")))
    found = list(Level.objects.filter(asked).order_by("sku").annotate(known=known).values("sku", "on_hand", "known")[: SHOWN + 1])
    hits = [
        Hit(row["sku"], f"{row['on_hand']:,} on hand at ACS", page, row["sku"] in (typed, typed.upper()) and not row["known"])
        for row in found
        if (page := _page("inventory:sku", sku=row["sku"]))
    ]
    return _group("Stock", hits, reverse("inventory:stock"), q=typed)


def _garments(typed: str) -> Group:
    """An RFID, whole: by its unique index."""
    found = Garment.objects.filter(rfid__in={typed, typed.upper()}).values("rfid", "sku", "raw_status")[:SHOWN]
    hits = [
        Hit(row["rfid"], f"{row['sku']}, {row['raw_status']}", page, exact=True)
        for row in found
        if (page := _page("inventory:garment", rfid=row["rfid"]))
    ]
    return Group("Garments", hits)


def _reference(typed: str) -> Group:
    """Pages of the operational reference that contain what was typed, the house's own words too; a whole code leads to its page."""
    found = reference.matching(typed, at=timezone.now(), most=SHOWN + 1) if len(typed) >= NAME_FROM else []
    hits = [
        Hit(
            each.code, f"{each.title}. {each.around}", reverse("queue:reference-code", args=[each.code.lower()]), each.code == typed.upper()
        )
        for each in found
    ]
    return Group("Reference", hits[:SHOWN], reverse("queue:reference") if len(hits) > SHOWN else "")


def _page(url_name: str, **parts: str) -> str:
    """The address of a row's page; "" for a name that cannot stand in an address."""
    try:
        return reverse(url_name, kwargs=parts)
    except NoReverseMatch:
        return ""


def _starts(column: str, text: str) -> Q:
    """Starts with, exactly as written, by the column's own index: a range on SQLite, whose LIKE uses none."""
    if connection.vendor == "sqlite":
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + "\U0010ffff"})
    return Q(**{f"{column}__startswith": text})


def _group(title: str, hits: list[Hit], base: str, **query: str) -> Group:
    return Group(title, hits[:SHOWN], f"{base}?{urlencode(query)}" if len(hits) > SHOWN else "")


_LOOKS: tuple[tuple[str, Callable[[str], Group]], ...] = (
    ("orders.view_order", _orders),
    ("orders.view_order", _parcels),
    ("lockers.view_point", _lockers),
    ("inventory.view_product", _products),
    ("inventory.view_level", _stock),
    ("inventory.view_garment", _garments),
    (SEARCH, _reference),
)
