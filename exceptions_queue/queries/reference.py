"""What a page of the reference says beside its own text: the house's words, whose it is, and what readers say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import Permission
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from exceptions_queue.catalogue import CATALOGUE, Code, Kind
from exceptions_queue.models import OwnershipRule, ReferenceFeedback, ReferenceNote
from exceptions_queue.queries import words
from exceptions_queue.queries.lately import DAYS
from exceptions_queue.reference import REFERENCE
from exceptions_queue.states import Owner

VERSIONS, SENTENCES = 10, 10
_DESKS = dict(Owner.choices)


@dataclass(frozen=True)
class Words:
    """What the house adds to a page. `version` is 0 and the rest empty where nobody has written anything yet."""

    text: str = ""
    version: int = 0
    who: str = ""
    when: str = ""


def latest(code: str, *, at: datetime) -> Words:
    """One statement."""
    return next(iter(versions(code, at=at, most=1)), Words())


def versions(code: str, *, at: datetime, most: int = VERSIONS) -> list[Words]:
    """The newest versions first. One statement."""
    rows = ReferenceNote.objects.filter(code=code).select_related("written_by").order_by("-version")[:most]
    return [_words(row, at) for row in rows]


def all_latest(*, at: datetime) -> dict[str, Words]:
    """The words that count, by code; codes without any are left out. One statement."""
    newer = ReferenceNote.objects.filter(code=OuterRef("code"), version__gt=OuterRef("version"))
    rows = ReferenceNote.objects.filter(~Exists(newer)).exclude(text="").select_related("written_by")
    return {row.code: _words(row, at) for row in rows}


def _words(row: ReferenceNote, at: datetime) -> Words:
    who = words.name_of(row.written_by) if row.written_by else "somebody"
    return Words(row.text, row.version, who, words.moment(row.written_at, at))


@dataclass(frozen=True)
class Found:
    """A page that says what was typed: its code, title, and the words around it."""

    code: str
    title: str
    around: str


def matching(typed: str, *, at: datetime, most: int) -> list[Found]:
    """Pages whose code, title, text or house's words contain this, in the order of the catalogue. One statement."""
    wanted, own = typed.casefold(), all_latest(at=at)
    found = (_found(code, kind, wanted, own.get(code, Words()).text) for code, kind in CATALOGUE.items())
    return [each for each in found if each][:most]


def _found(code: str, kind: Kind, wanted: str, own: str) -> Found | None:
    page = REFERENCE[Code(code)]
    if wanted in code.casefold() or wanted in kind.title.casefold():
        return Found(code, kind.title, kind.what_to_do)
    text = next((text for text in (own, page.means, *page.do, *page.do_not, page.next) if wanted in text.casefold()), None)
    return Found(code, kind.title, _around(text, wanted)) if text is not None else None


def _around(text: str, wanted: str) -> str:
    """The line in which it stands, shortened to whole words on both sides."""
    line = next((line for line in text.splitlines() if wanted in line.casefold()), text)
    place = line.casefold().find(wanted)
    start = line.rfind(" ", 0, max(place - 40, 0)) + 1 if place > 40 else 0
    shown = line[start : place + 100]
    return f"{'…' if start else ''}{shown}{'…' if start + len(shown) < len(line) else ''}"


@dataclass(frozen=True)
class Owned:
    """Whose a code is: the rules that give it to another desk or person (rule, to whom), and the roles that can put it right."""

    rules: list[tuple[str, str]]
    roles: list[str]


def owned(kind: Kind) -> Owned:
    """Two statements."""
    rules = OwnershipRule.objects.filter(code__in=["", kind.code], enabled=True).select_related("assignee").order_by("position", "id")
    to = [(rule.name, _given_to(rule)) for rule in rules]
    return Owned(to, _roles(fix.permission for fix in kind.fixes))


def _given_to(rule: OwnershipRule) -> str:
    desk = _DESKS.get(rule.owner, rule.owner)
    return f"{words.name_of(rule.assignee)} ({desk})" if rule.assignee else desk


def _roles(permissions: Iterable[str]) -> list[str]:
    """The roles that hold one of these permissions, but for those that only let one look. One statement."""
    acts = [permission for permission in permissions if ".view_" not in permission]
    held = Q()
    for permission in acts:
        app, _, codename = permission.partition(".")
        held |= Q(content_type__app_label=app, codename=codename)
    names = (
        Permission.objects.filter(held, group__isnull=False).order_by("group__name").values_list("group__name", flat=True) if acts else []
    )
    return [_DESKS.get(name) or words.capitalised(name.replace("_", " ")) for name in dict.fromkeys(names)]


@dataclass(frozen=True)
class Opinion:
    """What readers said in the last thirty days."""

    yes: int
    no: int
    sentences: Sequence[tuple[str, bool, str]]


def opinion(code: str, *, at: datetime) -> Opinion:
    """The counts, and the newest sentences as (day, whether it was enough, sentence), without names. Two statements."""
    rows = _lately(at).filter(code=code)
    counted = rows.aggregate(yes=Count("pk", filter=Q(enough=True)), no=Count("pk", filter=Q(enough=False)))
    said = rows.exclude(sentence="").order_by("-said_at").values_list("on", "enough", "sentence")[:SENTENCES]
    return Opinion(counted["yes"], counted["no"], [(_day(on), enough, sentence) for on, enough, sentence in said])


def opinions(*, at: datetime) -> dict[str, tuple[int, int]]:
    """(yes, no) by code. One statement."""
    rows = _lately(at).order_by().values("code")
    counted = rows.annotate(yes=Count("pk", filter=Q(enough=True)), no=Count("pk", filter=Q(enough=False)))
    return {row["code"]: (row["yes"], row["no"]) for row in counted}


def said_today(code: str, user_id: int, *, at: datetime) -> ReferenceFeedback | None:
    """What this person has said about the page today."""
    return ReferenceFeedback.objects.filter(code=code, user_id=user_id, on=timezone.localdate(at)).first()


def _lately(at: datetime) -> QuerySet[ReferenceFeedback]:
    return ReferenceFeedback.objects.filter(on__gt=timezone.localdate(at) - timedelta(days=DAYS))


def _day(on: date) -> str:
    return f"{on.day} {on:%B}"
