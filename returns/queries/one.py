"""Show me: one return with its garments, their photos, what happened to it, and where it leads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.queries import words
from exceptions_queue.states import CaseState
from inventory.models import Garment, Level, Product
from orders.models import OrderLine
from returns.models import Photo, Refund, Return, ReturnItem, WriteOff
from returns.queries.grades import Graded, told

RECENT = 60
_DID = {
    "garment regraded": "graded it again",
    "photo added": "added a photo",
    "photo asked for again": "asked for a photo again",
    "return matched": "said which order it belongs to",
}
_OF_REFUNDS = {
    "refund proposed": "proposed a refund",
    "refund reckoned anew": "reckoned the refund anew",
    "refund approved first": "approved the refund as the first of two",
    "refund approved": "approved the refund",
    "refund approval voided": "asks for the refund’s approval anew",
    "refund declined": "declined the refund",
    "refund withdrawn": "withdrew the refund",
    "refund refused": "was refused the refund",
    "refund given": "had the refund given",
}


class Event(NamedTuple):
    """Somebody did or said something: `who` did `what`."""

    at: datetime
    who: str
    what: str
    detail: str = ""


@dataclass(frozen=True)
class Shown:
    """One garment of the return. `is_in_stock`, `is_sku_in_stock`: ACS's stock file knows it. `not_ordered`: the order has no such line."""

    item: ReturnItem
    graded: Graded
    name: str
    repair: str
    is_in_stock: bool
    is_sku_in_stock: bool
    not_ordered: bool
    photos: list[Photo] = field(default_factory=list)
    write_offs: list[WriteOff] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """Everything that the page of a return says."""

    ret: Return
    garments: list[Shown]
    events: list[Event]
    cases: list[dict[str, Any]]


def return_of(acs_id: str) -> Return | None:
    """None of a return that ACS never named, and of what can be no number."""
    if len(acs_id) > 64 or "\x00" in acs_id:
        return None
    return Return.objects.select_related("order").filter(acs_id=acs_id).first()


def item_of(pk: int) -> ReturnItem | None:
    return ReturnItem.objects.select_related("ret").filter(pk=pk).first() if pk < 2**63 else None


def photo_of(pk: int, *, with_content: bool = False) -> Photo | None:
    """A photo with its garment and return; its bytes only where they are wanted."""
    if pk >= 2**63:
        return None
    rows = Photo.objects.select_related("item__ret")
    return (rows if with_content else rows.defer("content")).filter(pk=pk).first()


def told_of(ret: Return) -> Told:
    """A fixed number of statements, whatever the return holds."""
    items = list(ReturnItem.objects.filter(ret=ret).select_related("grade").order_by("line_id", "pk"))
    for item in items:
        item.ret = ret
    photos = list(Photo.objects.filter(item__in=items).defer("content").select_related("uploaded_by").order_by("taken_at", "pk"))
    write_offs = list(WriteOff.objects.filter(item__in=items).order_by("pk"))
    garments = list(_shown(ret, items, photos, write_offs))
    events = sorted(_events(ret, items, photos, write_offs), key=lambda event: event.at, reverse=True)
    return Told(ret, garments, events[:RECENT], _cases(ret, items))


def _shown(ret: Return, items: list[ReturnItem], photos: list[Photo], write_offs: list[WriteOff]) -> Iterator[Shown]:
    skus = {item.sku for item in items if item.sku}
    named = dict(Product.objects.filter(sku__in=skus).values_list("sku", "name"))
    stocked = set(Level.objects.filter(sku__in=skus).values_list("sku", flat=True))
    known = set(Garment.objects.filter(rfid__in={item.rfid for item in items if item.rfid}).values_list("rfid", flat=True))
    ordered = set(OrderLine.objects.filter(order=ret.order_id).values_list("sku", flat=True)) if ret.order_id else set()
    pictures: dict[int, list[Photo]] = defaultdict(list)
    written: dict[int | None, list[WriteOff]] = defaultdict(list)
    for photo in photos:
        pictures[photo.item_id].append(photo)
    for write_off in write_offs:
        written[write_off.item_id].append(write_off)
    for item in items:
        yield Shown(
            item=item,
            graded=told(item.raw_grade, item.grade.target if item.grade else None),
            name=named.get(item.sku, ""),
            repair="" if item.repair_pence is None else words.pounds(item.repair_pence) or "£0.00",
            is_in_stock=item.rfid in known,
            is_sku_in_stock=item.sku in stocked,
            not_ordered=bool(ordered and item.sku and item.sku not in ordered),
            photos=pictures[item.pk],
            write_offs=written[item.pk],
        )


# --- the timeline -------------------------------------------------------------------------------------------------------


def _events(ret: Return, items: list[ReturnItem], photos: list[Photo], write_offs: list[WriteOff]) -> Iterator[Event]:
    yield Event(ret.arrived_at, "ACS", "scanned the parcel in")
    names = {item.pk: _name(item) for item in items}
    for item in items:
        if item.raw_grade and item.graded_at:
            told = (names[item.pk], f"by {item.grader}" if item.grader else "", f"at {item.station}" if item.station else "")
            yield Event(item.graded_at, "ACS", f"graded a garment “{item.raw_grade}”", ", ".join(filter(None, told)))
    for write_off in write_offs:
        yield Event(write_off.raised_at, "Lockstep", f"raised write-off {write_off.reference}")
    yield from _fetched(photos, names)
    yield from _acts(ret, items)


def _fetched(photos: list[Photo], names: Mapping[int, str]) -> Iterator[Event]:
    """The photos that were fetched of each garment, as one event of when the last of them came."""
    kept: dict[int, list[datetime]] = defaultdict(list)
    for photo in photos:
        if photo.kept_at and photo.source_url:
            kept[photo.item_id].append(photo.kept_at)
    for item_id, instants in kept.items():
        many = f"{len(instants)} photos" if len(instants) > 1 else "a photo"
        yield Event(max(instants), "Lockstep", f"fetched {many}", names[item_id])


def _acts(ret: Return, items: Iterable[ReturnItem]) -> Iterator[Event]:
    """What the audit log has of the return and its garments. One statement, and the content types'."""
    by_pk = {item.pk: item for item in items}
    about = Q(subject_type=ContentType.objects.get_for_model(Return), subject_id=ret.pk)
    about |= Q(subject_type=ContentType.objects.get_for_model(ReturnItem), subject_id__in=list(by_pk))
    refunds = Refund.objects.filter(item__in=list(by_pk)).values("pk")
    about |= Q(subject_type=ContentType.objects.get_for_model(Refund), subject_id__in=refunds, verb__in=_OF_REFUNDS)
    for entry in AuditEntry.objects.filter(about).order_by("-id")[:RECENT]:
        if entry.verb in _OF_REFUNDS:
            yield Event(entry.at, _person(entry), _OF_REFUNDS[entry.verb], entry.reason)
            continue
        item = by_pk.get(entry.subject_id) if entry.verb != "return matched" else None
        who = "ACS" if entry.verb == "garment regraded" else entry.actor_label.removeprefix("system:")
        yield Event(entry.at, who, _DID.get(entry.verb, entry.verb), _detail(entry, item))


def _person(entry: AuditEntry) -> str:
    return "Lockstep" if entry.actor_label.startswith("system:") else entry.actor_label


def _detail(entry: AuditEntry, item: ReturnItem | None) -> str:
    if "grade" in entry.after:
        return f"{_name(item) if item else 'A garment'}: “{entry.before.get('grade')}” became “{entry.after['grade']}”"
    return str(entry.after.get("order", "")) or (_name(item) if item else "")


def _name(item: ReturnItem) -> str:
    return item.rfid or item.sku or f"line {item.line_id}"


def _cases(ret: Return, items: Iterable[ReturnItem]) -> list[dict[str, Any]]:
    """The open cases of the return and its garments, the most urgent first. One statement."""
    about = Q(subject_type=ContentType.objects.get_for_model(Return), subject_id=ret.pk)
    about |= Q(subject_type=ContentType.objects.get_for_model(ReturnItem), subject_id__in=[item.pk for item in items])
    found = ExceptionCase.objects.filter(about, state=CaseState.OPEN).order_by("due_at", "pk").values_list("pk", "code")
    return [{"pk": pk, "code": code, "title": CATALOGUE[code].title if code in CATALOGUE else code} for pk, code in found]
