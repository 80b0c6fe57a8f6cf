"""The seal of a run: who changes a count or a finding afterwards, without our key, is found out.

To verify a run by hand: take its live findings (those whose `first_run` is no later than it and that no run up to it ended),
ordered by order and code, one line `order|code|evidence` each with the evidence as JSON with sorted keys; hash them with SHA-256;
put that hash with the run's counts into the JSON of `_counted`, and take Django's `salted_hmac("lockstep.integrity", …, "sha256")` of it
under SECRET_KEY. A new SECRET_KEY makes seals of before unreadable: verify before it is changed.
"""

import hashlib
import hmac
import json
from datetime import UTC

from django.utils.crypto import salted_hmac

from orders.models import IntegrityRun
from orders.queries.integrity import live_at

_CHUNK = 2_000


def seal_of(run: IntegrityRun) -> str:
    """What the seal must be. Reads the findings row by row, in constant memory."""
    lines = hashlib.sha256()
    rows = live_at(run).order_by("order_id", "code").values_list("order_id", "code", "evidence")
    for order_id, code, evidence in rows.iterator(chunk_size=_CHUNK):
        lines.update(f"{order_id}|{code}|{json.dumps(evidence, sort_keys=True)}\n".encode())
    return salted_hmac("lockstep.integrity", _counted(run, lines.hexdigest()), algorithm="sha256").hexdigest()


def holds(run: IntegrityRun) -> bool:
    """Is everything as it was when the run was sealed?"""
    return hmac.compare_digest(run.seal, seal_of(run))


def _counted(run: IntegrityRun, findings: str) -> str:
    facts = {
        "run": run.pk,
        "started_at": run.started_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "asked_by": run.asked_by,
        "rules_version": run.rules_version,
        "counts": [run.orders, run.passed, run.failed, run.opened, run.ended],
        "by_code": run.by_code,
        "findings": findings,
    }
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))
