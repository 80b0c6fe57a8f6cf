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
RUNS_LOOKED_AT = 7
SCOPE = frozenset({Code.FEED_SUSPECT})
GOOD = (SyncRun.Outcome.OK, SyncRun.Outcome.PARTIAL)


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
        if self.declared is None or self.records >= self.declared:
            return ""
        return f"The partner declared {self.declared} records and sent {self.records}."


def suspicion(run: SyncRun, measured: Measured) -> str:
    """Why this feed is held, in a sentence, or "". Compared with the median of the last seven good runs."""
    if not measured.records:
        return "The feed is empty."
    if measured.unreadable > MOST_UNREADABLE * measured.records:
        return f"{measured.unreadable} of {measured.records} records cannot be read, more than 1 in 100."
    if _is_older(run, measured):
        return "The feed is older than what was applied last."
    return _strange_size(_usual_size(run), max(measured.records, measured.declared or 0), measured.records)


def _strange_size(usual: float, declared: int, records: int) -> str:
    if not usual:
        return ""
    if records < LEAST_SHARE * usual:
        return f"The feed has {records} records where {usual:.0f} are usual: less than 80 in 100."
    if declared > MOST_SHARE * usual:
        return f"The feed has {declared} records where {usual:.0f} are usual: more than half as many again."
    return ""


def _usual_size(run: SyncRun) -> float:
    good = SyncRun.objects.filter(feed=run.feed, full=True, outcome=SyncRun.Outcome.OK).exclude(pk=run.pk)
    sizes = list(good.order_by("-started_at", "-id").values_list("seen", flat=True)[:RUNS_LOOKED_AT])
    return median(sizes) if sizes else 0.0


def _is_older(run: SyncRun, measured: Measured) -> bool:
    last = run.feed.last_content_at
    return bool(measured.as_of and last and measured.as_of < last)


def reconcile_suspect(run: SyncRun, *, at: datetime) -> None:
    """A held run opens FEED-SUSPECT on its feed; a good one closes it. Other outcomes say nothing."""
    if run.outcome == SyncRun.Outcome.HELD:
        found = {Code.FEED_SUSPECT: {"field": "feed", "fault": "held", "feed": run.feed.name, "why": run.why}}
    elif run.outcome == SyncRun.Outcome.OK:
        found = {}
    else:
        return
    url = reverse("partners:run", kwargs={"pk": run.pk}) if found else ""
    desk.reconcile(run.feed, scope=SCOPE, found=found, card=desk.Card(label=run.feed.name, url=url), at=at)
