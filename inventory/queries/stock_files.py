"""The stock files that were read or tried lately."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exceptions_queue.queries import words
from inventory.models import StockImport
from partners.models import SyncRun

SHOWN = 50
TONES = {"ok": "ok", "partial": "warn", "held": "warn", "failed": "bad", "running": "info", "skipped": "info"}


@dataclass(frozen=True)
class ShownFile:
    """One file as the page shows it; `as_of` and `read` are words, `verdict` the guard's in a sentence."""

    known: StockImport
    as_of: str
    read: str
    tone: str

    @property
    def run(self) -> SyncRun:
        return self.known.run

    @property
    def live(self) -> bool:
        return self.run.outcome == SyncRun.Outcome.RUNNING

    @property
    def held(self) -> bool:
        return self.run.outcome == SyncRun.Outcome.HELD

    @property
    def only_looked_at(self) -> bool:
        return self.held and self.preview.get("fault") == "waiting"

    @property
    def asked_for(self) -> bool:
        """Somebody has said that it is to be applied, and a worker has not begun."""
        return self.held and self.run.accepted_by_id is not None

    @property
    def preview(self) -> dict[str, Any]:
        return self.known.preview or {}

    @property
    def state(self) -> str:
        if self.asked_for:
            return "A worker applies it"
        return "Waits to be applied" if self.only_looked_at else self.run.get_outcome_display()

    @property
    def told(self) -> str:
        """The counts, in words."""
        run = self.run
        if self.live:
            return f"Being read: {self.known.progress} of 100 parts." if self.known.progress < 100 else "Read; being applied."
        if self.held:
            return f"{run.seen:,} rows, {run.rejected:,} of them refused. {run.why}"
        kept = f"{run.created:,} new, {run.changed:,} changed, {run.unchanged:,} unchanged"
        return f"{kept}, {run.gone:,} missing, {run.rejected:,} refused. {run.why}".strip()


def recent_files(at: datetime) -> list[ShownFile]:
    """The last fifty, the newest first. One statement."""
    rows = StockImport.objects.select_related("run", "run__feed", "run__accepted_by", "uploaded_by").order_by("-run__started_at", "-pk")
    return [_shown(row, at) for row in rows[:SHOWN]]


def stock_file(run_id: int, at: datetime) -> ShownFile | None:
    row = StockImport.objects.select_related("run", "run__feed", "run__accepted_by", "uploaded_by").filter(run=run_id).first()
    return _shown(row, at) if row else None


def _shown(row: StockImport, at: datetime) -> ShownFile:
    return ShownFile(row, words.moment(row.as_of, at), words.moment(row.run.started_at, at), TONES.get(row.run.outcome, "info"))
