"""Does a whole feed look right? One that does not is held for a person, and nothing of it is written."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.urls import reverse

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from partners.models import SyncRun
from partners.pages import Page

LEAST_SHARE, MOST_SHARE = 0.80, 1.50
MOST_UNREADABLE = 0.01
MOST_GONE = 0.20
RUNS_LOOKED_AT = 7
CODES = {"acs.stock": Code.STK_FEED_BAD}  # every other feed's is FEED_SUSPECT


@dataclass(frozen=True)
class Suspicion:
    """Why a feed is held: the fault class the desk's catalogue knows, and a sentence with the numbers."""

    fault: str
    why: str


class LooksWrong(Exception):
    """Something that only shows while the feed is applied: nothing of it may stay."""

    def __init__(self, suspicion: Suspicion) -> None:
        super().__init__(suspicion.why)
        self.suspicion = suspicion


class TakesTooMuchAway(LooksWrong):
    """The feed looks right in size, and yet too much of what we know is not in it."""


@dataclass
class Measured:
    """A feed as read: how many records came, how many the partner declared, how many cannot be read, how old it is."""

    records: int = 0
    unreadable: int = 0
    declared: int | None = None
    as_of: datetime | None = None

    def add(self, page: Page, unreadable: int) -> None:
        self.records += len(page.records)
        self.unreadable += unreadable
        self.declared = self.declared if page.declared is None else page.declared
        self.as_of = page.as_of or self.as_of

    @property
    def incomplete(self) -> str:
        """Why this feed says nothing about what it does not name, or ""."""
        if not self.declared or self.records >= self.declared:
            return ""
        return f"The partner declared {self.declared} records and sent {self.records}."


def suspicion(run: SyncRun, measured: Measured) -> Suspicion | None:
    """Why this feed is held, or None. Its size is compared with the median of the last seven good runs, and of none from before the
    newest one that a person accepted: what was held because of its size and is right all the same is usual from then on."""
    if not measured.records:
        return Suspicion("empty", "The feed is empty.")
    if measured.unreadable > MOST_UNREADABLE * measured.records:
        return Suspicion("rejected", f"{measured.unreadable} of {measured.records} records cannot be read, more than 1 in 100.")
    if _is_older(run, measured):
        return Suspicion("older", "The feed is older than what was applied last.")
    return _strange_size(_usual_size(run), measured.records)


def _strange_size(usual: float, records: int) -> Suspicion | None:
    if not usual:
        return None
    if records < LEAST_SHARE * usual:
        return Suspicion("short", f"The feed has {records} records where {usual:.0f} are usual: less than 80 in 100.")
    if records > MOST_SHARE * usual:
        return Suspicion("long", f"The feed has {records} records where {usual:.0f} are usual: more than half as many again.")
    return None


def _usual_size(run: SyncRun) -> float:
    good = SyncRun.objects.filter(feed=run.feed, full=True, outcome=SyncRun.Outcome.OK)
    sizes: list[int] = []
    for seen, why in good.order_by("-started_at", "-id").values_list("seen", "accepted_why")[:RUNS_LOOKED_AT]:
        sizes.append(seen)
        if why:
            break
    return median(sizes) if sizes else 0.0


def _is_older(run: SyncRun, measured: Measured) -> bool:
    last = run.feed.last_content_at
    return bool(measured.as_of and last and measured.as_of < last)


def check_gone(run: SyncRun, gone: int) -> None:
    """Raises TakesTooMuchAway when a run nobody accepted would take away more than a fifth of what there was."""
    seen = SyncRun.objects.values_list("seen", flat=True).get(pk=run.pk)
    if gone > MOST_GONE * (seen + gone) and run.accepted_by_id is None:
        raise TakesTooMuchAway(Suspicion("gone", f"The feed would take away {gone} of {seen + gone} known records, more than 1 in 5."))


def code_of(feed: str) -> Code:
    """The code under which a feed that looks wrong comes before a person."""
    return CODES.get(feed, Code.FEED_SUSPECT)


def open_suspicion(run: SyncRun, found: Suspicion, *, at: datetime) -> None:
    """Put the held run before a person, as a case on its feed. In the transaction that holds it."""
    code = code_of(run.feed.name)
    evidence = {"field": "feed", "fault": found.fault, "feed": run.feed.name, "run": run.pk}
    card = desk.Card(label=run.feed.name, url=reverse("partners:run", kwargs={"pk": run.pk}))
    desk.reconcile(run.feed, scope=frozenset({code}), found={code: evidence}, card=card, at=at)


def is_doubt_of_these_bytes(run: SyncRun) -> bool:
    """Whether the feed's open case is of a file that was applied all the same, and that was this very one."""
    case = desk.open_case(run.feed, code_of(run.feed.name))
    applied = SyncRun.objects.filter(feed=run.feed, outcome=SyncRun.Outcome.OK, content_hash=run.content_hash)
    return case is not None and applied.filter(pk=case.evidence.get("run")).exists()


def close_suspicion(run: SyncRun, *, at: datetime) -> None:
    """A good feed was applied, or a held one accepted: nothing is suspect any more."""
    scope = frozenset({code_of(run.feed.name)})
    desk.reconcile(run.feed, scope=scope, found={}, card=desk.Card(label=run.feed.name, url=""), at=at)
