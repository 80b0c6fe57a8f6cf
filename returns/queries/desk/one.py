"""One write-off as its page and the panel beside the list show it: pictures, grading, value, journal, period, history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.contrib.auth.models import User

from exceptions_queue.queries import words as desk_words
from inventory.models import Garment, Product
from returns.models import Approval, Journal, PeriodSignOff, Photo, ReturnItem, WriteOff
from returns.queries.desk import rows, words
from returns.queries.evidence import Standing
from returns.rules import evidence
from returns.states import BEFORE_APPROVAL, WAITS_FOR_APPROVAL, JournalState, LedgerClass, Method, WriteOffState

_S = WriteOffState
PHOTOS = 12
JOURNAL_TONES = {
    JournalState.DRAFTED: "quiet",
    JournalState.SENDING: "info",
    JournalState.UNKNOWN: "warn",
    JournalState.REFUSED: "bad",
    JournalState.POSTED: "ok",
    JournalState.VERIFIED: "ok",
    JournalState.DRIFTED: "bad",
}


class Event(NamedTuple):
    """One line of what happened. `detail` is what was said."""

    at: datetime
    who: str
    what: str
    detail: str
    when: str
    full: str


class Posted(NamedTuple):
    """A journal as it stands in the ledger, or is on its way there. `theirs` is what the ledger shows, where that differs."""

    key: str
    number: str
    state: str
    tone: str
    on: str
    entries: list[words.Entry]
    total: str
    narration: str
    why: str
    theirs: list[words.Entry]
    their_day: str
    is_refused: bool


@dataclass(frozen=True)
class Shown:
    """Everything of one write-off in words."""

    write_off: WriteOff
    state: words.Chip
    product: str
    photos: list[Photo]
    item: ReturnItem | None
    value: str
    valuation: str
    entries: list[words.Entry]
    total: str
    period: str
    posted: list[Posted]
    events: list[Event]
    question: Event | None
    raised: str
    has_garment: bool

    @property
    def is_waiting(self) -> bool:
        return self.write_off.state in WAITS_FOR_APPROVAL

    @property
    def is_undecided(self) -> bool:
        return self.write_off.state in BEFORE_APPROVAL


def find(reference: str) -> WriteOff | None:
    """One statement."""
    return rows.with_parts().filter(reference=reference[:20]).first()


def shown(write_off: WriteOff, *, at: datetime) -> Shown:
    """Six statements, whatever it holds."""
    names = words.account_names()
    said = list(write_off.words.select_related("by", "for_whom").order_by("at", "id"))
    journals = [journal for journal in (write_off.journal, write_off.reversal) if journal]
    item = write_off.item
    return Shown(
        write_off=write_off,
        state=words.chip(write_off.state),
        product=Product.objects.filter(sku=write_off.sku).values_list("name", flat=True).first() or "",
        photos=list(Photo.objects.filter(item=item).defer("content").order_by("taken_at", "id")[:PHOTOS]) if item else [],
        item=item,
        value=words.money(write_off.carrying_pence),
        valuation=valuation(write_off),
        entries=words.entries(write_off.lines, names),
        total=words.total(write_off.lines),
        period=period(write_off),
        posted=[posted(journal, names) for journal in journals],
        events=sorted(_events(write_off, said, journals, at), key=lambda event: event.at, reverse=True),
        question=_question(write_off, said, at),
        has_garment=Garment.objects.filter(rfid=write_off.rfid).exists(),
        raised=f"{_name(write_off.raised_by)} raised it {desk_words.moment(write_off.raised_at, at)}",
    )


def valuation(write_off: WriteOff) -> str:
    """Where the carrying value comes from, and of which day: what a person entered is never called the file's."""
    if write_off.carrying_pence is None or write_off.cost_pence is None:
        return "Nobody has told us what this garment stands at in the books."
    of = f"of {_day(write_off.cost_as_at)}" if write_off.cost_as_at else "of a day not told"
    cost = f"Cost {words.money(write_off.cost_pence)}"
    if write_off.depreciation_pence:
        cost += f" less {words.money(write_off.depreciation_pence)} depreciation"
    source = f"entered by {_name(write_off.valued_by)}, as" if write_off.valued_by_id else "from the cost file"
    return f"{cost}, {source} {of}."


def period(write_off: WriteOff) -> str:
    """Which day it is posted under, and why that one. One statement."""
    if write_off.ledger_class == LedgerClass.CONSIGNED:
        return "Nothing is posted: the garment is not ours."
    if write_off.method == Method.NONE:
        return "Nothing is posted."
    if write_off.post_on is None:
        return "The day it is posted under is not known yet."
    on, month = _day(write_off.post_on), f"{write_off.post_on:%B %Y}"
    signed = PeriodSignOff.objects.filter(month=write_off.post_on.replace(day=1), reopened_at__isnull=True).exists()
    open_ = f"{month} has been signed off: it will be dated anew" if signed else f"{month} is open"
    if write_off.post_on == write_off.happened_on:
        return f"Posts under {on}, the day it was graded. {open_}."
    return f"Posts under {on}, the first open day; the memo says that it was graded {_day(write_off.happened_on)}. {open_}."


def posted(journal: Journal, names: dict[str, str]) -> Posted:
    differs = bool(journal.shown) and journal.shown_hash != journal.lines_hash
    return Posted(
        key=journal.key,
        number=journal.number,
        state=str(journal.get_state_display()),
        tone=JOURNAL_TONES.get(JournalState(journal.state), "quiet"),
        on=_day(journal.post_on),
        entries=words.entries(journal.lines, names),
        total=words.money(journal.total_pence),
        narration=journal.narration,
        why=journal.why,
        theirs=words.entries(map(words.by_sides, journal.shown["lines"]), names) if differs else [],
        their_day=_day(date.fromisoformat(journal.shown["on"])) if differs else "",
        is_refused=journal.state == JournalState.REFUSED,
    )


_SAID = {
    Approval.Word.APPROVED: "approved it",
    Approval.Word.QUERIED: "asked",
    Approval.Word.REJECTED: "rejected it",
    Approval.Word.REVERSED: "asked for its reversal",
    Approval.Word.VOIDED: "voided the approval",
    Approval.Word.ANSWERED: "answered",
}


def _events(write_off: WriteOff, said: list[Approval], journals: list[Journal], at: datetime) -> Iterator[Event]:
    yield _event(write_off.raised_at, _name(write_off.raised_by), "raised it", str(write_off.get_cause_display()), at)
    for word in said:
        yield _event(word.at, _for(word), _SAID[Approval.Word(word.word)], _detail(word), at)
    for journal in journals:
        did = "reversal" if journal.kind == Journal.Kind.REVERSAL else "journal"
        if journal.posted_at:
            yield _event(journal.posted_at, "The ledger", f"took the {did}", journal.number, at)
        if journal.verified_at:
            yield _event(journal.verified_at, "Lockstep", f"read the {did} back and found it equal", journal.number, at)


def _detail(word: Approval) -> str:
    seen = words.money(word.carrying_pence) if word.word == Approval.Word.APPROVED and word.carrying_pence is not None else ""
    return ". ".join(filter(None, (seen, word.comment)))


def _question(write_off: WriteOff, said: list[Approval], at: datetime) -> Event | None:
    """What was asked last, while the answer is still to come."""
    asked = [word for word in said if word.word == Approval.Word.QUERIED]
    if write_off.state != _S.QUERIED or not asked:
        return None
    return _event(asked[-1].at, _for(asked[-1]), "asks", asked[-1].comment, at)


def _for(word: Approval) -> str:
    """ "Agnes Lee", or "Agnes Lee for Martin Ortiz" where she stood in."""
    return f"{_name(word.by)} for {_name(word.for_whom)}" if word.for_whom else _name(word.by)


def _event(moment: datetime, who: str, what: str, detail: str, at: datetime) -> Event:
    return Event(moment, who, what, detail, desk_words.moment(moment, at), desk_words.full(moment))


def _name(user: User | None) -> str:
    return desk_words.name_of(user) if user else "Lockstep"


def _day(on: date | None) -> str:
    return f"{on.day} {on:%B %Y}" if on else ""


class Check(NamedTuple):
    """One line of the checklist. `detail` is what there is."""

    words: str
    there: bool
    detail: str


def checks(write_off: WriteOff, standing: Standing) -> list[Check]:
    """The checklist with what there is beside each line. No statement."""
    details = {
        evidence.PHOTO: f"{standing.found.photos} kept",
        evidence.REASON: write_off.reason,
        evidence.COST: standing.sentence if standing.fault and standing.fault != "account" else words.money(write_off.carrying_pence),
        evidence.ROUTE: str(write_off.get_route_display()) if write_off.route else "",
        evidence.CERTIFICATE: write_off.certificate,
        evidence.ACCOUNT: standing.sentence if standing.fault == "account" else "",
    }
    return [Check(item.words, item.there, details.get(item.name, "")) for item in standing.checklist]


def lacks(standing: Standing) -> str:
    """ "It lacks a photo and where it goes." """
    named = [evidence.WORDS[name] for name in standing.missing]
    listed = " and ".join(filter(None, (", ".join(named[:-1]), named[-1]))) if named else ""
    return f"It lacks {listed}." if listed else ""
