"""One write-off as its page in the evidence shows it: what came back, what it was worth, who said what, what the ledger shows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from exceptions_queue.queries import acts
from exceptions_queue.queries import words as desk_words
from inventory.models import Product
from returns.models import Approval, Journal, Photo, ReturnItem, WriteOff
from returns.queries.desk import one as desk_one
from returns.queries.desk import words
from returns.queries.register import Names, in_order, who
from returns.rules.photos import ENDINGS
from returns.states import Grade

AT_ONCE = 200
_AUDIT = ("subject_type_id", "subject_id", "at", "actor_label", "verb", "subject_label", "before", "after", "reason", "seal__seq")


class Fact(NamedTuple):
    """One line of a page: what, and what it is."""

    name: str
    value: str


class Word(NamedTuple):
    """What one person said, and what they saw when they did. `stands` says that they saw the lines as they are now."""

    at: str
    who: str
    what: str
    tier: str
    limit: str
    seen: str
    hash: str
    stands: bool
    comment: str


class Act(NamedTuple):
    """One entry of the audit log. `seal` is its place in the chain, "" while it waits for one."""

    seal: str
    at: str
    who: str
    verb: str
    subject: str
    change: str
    reason: str


class Booked(NamedTuple):
    """One journal: as it was sent, and as the ledger last showed it. `link` says what it undoes, or what undoes it."""

    title: str
    facts: list[Fact]
    entries: list[words.Entry]
    theirs: list[words.Entry]
    verdict: str
    link: str


class Shot(NamedTuple):
    """One photo. `path` is where it lies in the ZIP, "" where it could not be taken, and `why` says why."""

    path: str
    sha256: str
    facts: str
    why: str


@dataclass(frozen=True)
class Case:
    """Everything that the page of one write-off says."""

    reference: str
    state: str
    garment: list[Fact]
    value: list[Fact]
    entries: list[words.Entry]
    lines_hash: str
    approved_hash: str
    booked: list[Booked]
    said: list[Word]
    acts: list[Act]
    shots: list[Shot]


@dataclass(frozen=True)
class Known:
    """What is the same for every page, asked once: what people and accounts are called, and the desk's time zone."""

    people: Names
    accounts: dict[str, str] = field(default_factory=words.account_names)
    zone: ZoneInfo | Any = field(default_factory=timezone.get_current_timezone)

    def when(self, at: datetime | None) -> str:
        return desk_words.full(at, self.zone) if at else ""


@dataclass(frozen=True)
class _Part:
    """What belongs to one part of the write-offs, by whose it is."""

    products: Mapping[str, str]
    said: Mapping[int, list[Approval]]
    photos: Mapping[int, list[Photo]]
    acts: Mapping[tuple[int, int], list[dict[str, Any]]]
    types: Mapping[type, int]


def cases_of(ids: Sequence[int], known: Known) -> Iterator[tuple[Case, list[Photo]]]:
    """The pages of these write-offs in the order given, each with the photos that were kept. Five statements, however many."""
    rows = WriteOff.objects.select_related("journal__reverses", "reversal__reverses", "item__ret", "item__grade", "valued_by")
    found = in_order(rows, ids)
    part = _part_of(found)
    for write_off in found:
        photos = part.photos.get(write_off.item_id or 0, [])
        yield _case(write_off, part, known), [photo for photo in photos if photo.sha256]


def path_of(photo: Photo) -> str:
    """Where a photo lies in the ZIP: by its hash, so that one photo lies there once."""
    return f"photos/{photo.sha256}.{ENDINGS.get(photo.content_type, 'bin')}"


def _part_of(found: Sequence[WriteOff]) -> _Part:
    items = {one.item_id for one in found if one.item_id}
    said, photos = defaultdict(list), defaultdict(list)
    for word in Approval.objects.filter(write_off__in=found).order_by("at", "pk"):
        said[word.write_off_id].append(word)
    for photo in Photo.objects.filter(item__in=items).defer("content").order_by("taken_at", "pk"):
        photos[photo.item_id].append(photo)
    types: dict[type, int] = {model: ContentType.objects.get_for_model(model).pk for model in (WriteOff, Journal, ReturnItem)}
    products = dict(Product.objects.filter(sku__in={one.sku for one in found if one.sku}).values_list("sku", "name"))
    return _Part(products, said, photos, _acts_on(found, types), types)


def _acts_on(found: Sequence[WriteOff], types: Mapping[type, int]) -> Mapping[tuple[int, int], list[dict[str, Any]]]:
    """{(type, id): entries} of the write-offs, their garments and their journals. One statement."""
    about = [
        (types[WriteOff], {one.pk for one in found}),
        (types[Journal], {pk for one in found for pk in (one.journal_id, one.reversal_id) if pk}),
        (types[ReturnItem], {one.item_id for one in found if one.item_id}),
    ]
    asked = Q()
    for of_type, pks in about:
        asked |= Q(subject_type=of_type, subject_id__in=pks)
    by_subject: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in AuditEntry.objects.filter(asked).order_by("at", "pk").values(*_AUDIT) if found else ():
        by_subject[row["subject_type_id"], row["subject_id"]].append(row)
    return by_subject


def _case(one: WriteOff, part: _Part, known: Known) -> Case:
    journals = [journal for journal in (one.journal, one.reversal) if journal]
    subjects = [(WriteOff, one.pk), (ReturnItem, one.item_id or 0), *((Journal, journal.pk) for journal in journals)]
    rows = [row for model, pk in subjects for row in part.acts.get((part.types[model], pk), [])]
    return Case(
        reference=one.reference,
        state=str(one.get_state_display()),
        garment=list(_filled(_garment(one, part.products.get(one.sku, ""), known))),
        value=list(_filled(_value(one))),
        entries=words.entries(one.lines, known.accounts),
        lines_hash=one.lines_hash,
        approved_hash=one.approved_hash,
        booked=[_booked(journal, one, known) for journal in journals],
        said=[_word(word, one, known) for word in part.said.get(one.pk, [])],
        acts=[_act(row, known) for row in sorted(rows, key=lambda row: row["at"])],
        shots=[_shot(photo, known) for photo in part.photos.get(one.item_id or 0, [])],
    )


def _filled(facts: Iterator[tuple[str, object]]) -> Iterator[Fact]:
    """Those of them that say something."""
    return (Fact(name, str(value)) for name, value in facts if value not in (None, ""))


def _garment(one: WriteOff, product: str, known: Known) -> Iterator[tuple[str, object]]:
    yield from (("RFID", one.rfid), ("SKU", one.sku), ("Garment", product), ("Happened on", _day(one.happened_on)))
    yield from (("Why there is a write-off", one.get_cause_display()), ("Grade as ACS told it", one.raw_grade))
    yield from (("Reason", one.reason), ("Graded by", one.grader))
    yield "Raised", f"{known.people.get(one.raised_by_id) or 'Lockstep'}, {known.when(one.raised_at)}"
    if item := one.item:
        target = item.grade.target if item.grade else ""
        yield "The grade means", Grade(target).label if target in Grade.values else target
        yield from (("Graded at", known.when(item.graded_at)), ("Station", item.station), ("Note", item.note))
        yield from (("Return", item.ret.acs_id), ("Order", item.ret.order_number), ("Arrived", known.when(item.ret.arrived_at)))


def _value(one: WriteOff) -> Iterator[tuple[str, object]]:
    yield from (("Ledger class", one.get_ledger_class_display()), ("Owner", one.owner))
    money = {"Cost": one.cost_pence, "Depreciation": one.depreciation_pence, "Carrying value": one.carrying_pence}
    money |= {"A repair would cost": one.repair_pence, "Cleaning would cost": one.cleaning_pence, "It might bring in": one.income_pence}
    yield from ((name, words.money(pence)) for name, pence in money.items() if pence is not None)
    yield "Where the value comes from", desk_one.valuation(one)
    yield from (("Disposal route", one.get_route_display()), ("Certificate", one.certificate))
    yield from (("Reaches the ledger as", one.get_method_display()), ("Posts on", _day(one.post_on)))


def _word(word: Approval, one: WriteOff, known: Known) -> Word:
    return Word(
        at=known.when(word.at),
        who=who(word.by_id, word.for_whom_id, known.people) or "Lockstep",
        what=str(word.get_word_display()),
        tier=word.tier.replace("_", " "),
        limit="" if word.limit_pence is None else words.money(word.limit_pence),
        seen="" if word.carrying_pence is None else words.money(word.carrying_pence),
        hash=word.lines_hash,
        stands=bool(word.lines_hash) and word.lines_hash == one.lines_hash,
        comment=word.comment,
    )


def _act(row: Mapping[str, Any], known: Known) -> Act:
    change = acts.change(row["before"], row["after"])
    told = (row["actor_label"], row["verb"], row["subject_label"], change, row["reason"])
    return Act(str(row["seal__seq"] or ""), known.when(row["at"]), *told)


def _booked(journal: Journal, one: WriteOff, known: Known) -> Booked:
    shown = journal.shown.get("lines", [])
    return Booked(
        title=f"{journal.get_kind_display()} {journal.key}",
        facts=list(_filled(_journal(journal, known))),
        entries=words.entries(journal.lines, known.accounts),
        theirs=words.entries(map(words.by_sides, shown), known.accounts),
        verdict=_verdict(journal),
        link=_link(journal, one),
    )


def _journal(journal: Journal, known: Known) -> Iterator[tuple[str, object]]:
    yield from (("State", journal.get_state_display()), ("Why", journal.why), ("Dated", _day(journal.post_on)))
    yield from (("Narration", journal.narration), ("Total", words.money(journal.total_pence)), ("Made", known.when(journal.made_at)))
    yield from (("Ledger’s number", journal.number), ("Ledger’s id", journal.external_id), ("Ledger’s status", journal.status))
    yield from (("Posted", known.when(journal.posted_at)), ("Read back and found equal", known.when(journal.verified_at)))
    yield from (("Hash of what was sent", journal.lines_hash), ("Hash of what the ledger shows", journal.shown_hash))
    yield "The ledger shows it dated", _day(date.fromisoformat(journal.shown["on"])) if journal.shown.get("on") else ""


def _verdict(journal: Journal) -> str:
    if not journal.shown_hash:
        return "The ledger has not shown it yet."
    if journal.shown_hash == journal.lines_hash:
        return "The ledger shows what was sent: day, accounts and amounts are the same."
    return "The ledger shows something else than what was sent."


def _link(journal: Journal, one: WriteOff) -> str:
    if journal.reverses:
        return f"It undoes {journal.reverses.key}."
    return f"It is undone by {one.reversal.key}." if one.reversal else ""


def _shot(photo: Photo, known: Known) -> Shot:
    if not photo.sha256:
        return Shot("", "", "", photo.why or "It has not been fetched yet.")
    brought = known.people.get(photo.uploaded_by_id) if photo.uploaded_by_id else ""
    source = f"brought by {brought}" if brought else "fetched from ACS"
    kept = f", kept {known.when(photo.kept_at)}" if photo.kept_at else ""
    taken = f", taken {known.when(photo.taken_at)}" if photo.taken_at else ""
    return Shot(path_of(photo), photo.sha256, f"{photo.bytes:,} bytes, {source}{taken}{kept}", "")


def _day(on: date | None) -> str:
    return f"{on.day} {on:%B %Y}" if on else ""
