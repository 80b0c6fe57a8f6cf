"""The clock asks. Each task is safe to run twice, at once, or never."""

from datetime import timedelta

from django.utils import timezone
from django.utils.module_loading import import_string

from partners import actions, alerting, connections, jobs, retention
from partners.queries import lines


def run_job(path: str, minutes: int = 1) -> str:
    """Run the timetabled function at `path`, once per window and never beside itself; say what became of it."""
    run = jobs.run(path, import_string(path), every=timedelta(minutes=minutes), clock=timezone.now)
    return run.state if run else "refused"


def beat() -> None:
    """Prove that a task passes through a worker."""
    jobs.beat(at=timezone.now())


def check_health() -> dict[str, int]:
    """Probe closed lines, make the cases about partners true, let go what waited, and try failed feeds again."""
    probed = [connections.check(partner, timezone.now()).ok for partner in lines.to_probe(timezone.now())]
    return {"probed": len(probed), "answered": probed.count(True), **actions.look_after(at=timezone.now())}


def purge() -> dict[str, int]:
    return retention.purge(at=timezone.now())


def send_alerts() -> dict[str, int]:
    """Send what is written already; rung by the test button, so that nobody waits a minute for it."""
    return alerting.send(clock=timezone.now)
