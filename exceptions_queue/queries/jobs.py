"""Bulk jobs as people see them: how far, how it went, and what became of each case."""

from dataclasses import dataclass
from datetime import datetime

from exceptions_queue.models import BulkItem, BulkJob
from exceptions_queue.queries import words
from exceptions_queue.states import BulkState, ItemState

LATEST, PAGE = 50, 100
DESK_RING = "exceptions_queue.tasks.drain_bulk"
TITLES = {
    "assign": "Assign",
    "snooze": "Snooze",
    "wait": "Wait for the customer",
    "note": "Add a note",
    "hand_over": "Hand over",
    "undo": "Put back",
    "ownership": "Apply the ownership rules",
}
TONES = {BulkState.QUEUED: "info", BulkState.RUNNING: "info", BulkState.STOPPED: "warn", BulkState.DONE: "ok"}


@dataclass(frozen=True)
class Job:
    """One job, ready to print. `live` says that its numbers still move, `stopped` that it may go on; `follow_up` is a page about it."""

    pk: int
    title: str
    who: str
    when: str
    when_full: str
    state: str
    tone: str
    live: bool
    stopped: bool
    total: int
    handled: int
    done: int
    failed: int
    skipped: int
    question: str
    may_be_undone: bool
    follow_up: str

    @property
    def told(self) -> str:
        """ "34 done, 3 not"."""
        rest = self.failed + self.skipped
        return f"{self.done:,} done" + (f", {rest:,} not" if rest else "")


def latest(*, at: datetime) -> list[Job]:
    """The newest jobs. One statement."""
    rows = BulkJob.objects.select_related("asked_by", "undone_by").order_by("-created_at", "-pk")[:LATEST]
    return [shown(row, at=at) for row in rows]


def shown(row: BulkJob, *, at: datetime) -> Job:
    who = (row.asked_by.get_full_name() or row.asked_by.get_username()) if row.asked_by else "Lockstep"
    return Job(
        pk=row.pk,
        title=TITLES.get(row.kind, words.capitalised(row.kind.replace("_", " "))),
        who=who,
        when=words.moment(row.created_at, at),
        when_full=words.full(row.created_at),
        state=BulkState(row.state).label,
        tone=TONES[BulkState(row.state)],
        live=row.state in (BulkState.QUEUED, BulkState.RUNNING),
        stopped=row.state == BulkState.STOPPED and not hasattr(row, "undone_by"),
        total=row.total,
        handled=row.done + row.failed + row.skipped,
        done=row.done,
        failed=row.failed,
        skipped=row.skipped,
        question=row.question,
        may_be_undone=not why_not_undone(row),
        follow_up=str(row.params.get("follow_up", "")),
    )


def why_not_undone(row: BulkJob) -> str:
    """Why a job cannot be put back, or ""."""
    if row.kind not in ("assign", "snooze"):
        return "Only assigning and snoozing can be put back."
    if row.state in (BulkState.QUEUED, BulkState.RUNNING):
        return "It is still on its way: stop it first."
    return "It has been put back already." if hasattr(row, "undone_by") else ""


@dataclass(frozen=True)
class Items:
    """Some items of a job, and where the next ones begin ("" at the end)."""

    rows: list[BulkItem]
    next: str


def items(row: BulkJob, *, state: str = "", after: str = "") -> Items:
    """Items in the order they were taken up, at most a hundred. One statement."""
    found = BulkItem.objects.filter(job=row).select_related("case").order_by("pk")
    if state in ItemState.values:
        found = found.filter(state=state)
    if after.isascii() and after.isdigit() and len(after) < 19:
        found = found.filter(pk__gt=int(after))
    rows = list(found[: PAGE + 1])
    return Items(rows[:PAGE], str(rows[PAGE - 1].pk) if len(rows) > PAGE else "")


def ring_of(row: BulkJob) -> str:
    """The task that does this job: the desk's own, or the one its room left in the parameters."""
    return str(row.params.get("ring") or DESK_RING)
