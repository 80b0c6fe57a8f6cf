"""The seal of a run: who changes a count or a row afterwards, without our key, is found out. As that of the integrity runs."""

import hashlib
import hmac
import json
from datetime import UTC

from django.utils.crypto import salted_hmac

from orders.models import ReconcileRun
from orders.queries.reconciling import live_at

_CHUNK = 2_000
_COLUMNS = ("number", "kind", "code", "fault", "shop", "acs")


def seal_of(run: ReconcileRun) -> str:
    """What the seal must be: of the counts and of the rows that stood after the run, read a few at a time."""
    lines = hashlib.sha256()
    for row in live_at(run).order_by("number", "kind").values_list(*_COLUMNS).iterator(chunk_size=_CHUNK):
        lines.update(json.dumps(row, separators=(",", ":")).encode() + b"\n")
    return salted_hmac("lockstep.reconcile", _counted(run, lines.hexdigest()), algorithm="sha256").hexdigest()


def holds(run: ReconcileRun) -> bool:
    """Is everything as it was when the run was sealed?"""
    return hmac.compare_digest(run.seal, seal_of(run))


def _counted(run: ReconcileRun, found: str) -> str:
    facts = {
        "run": run.pk,
        "started_at": run.started_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "asked_by": run.asked_by,
        "counts": [run.asked, run.compared, run.differing, run.opened, run.ended],
        "by_kind": run.by_kind,
        "found": found,
    }
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))
