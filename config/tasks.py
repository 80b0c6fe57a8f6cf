"""The clock asks for what touches more than one room."""

from datetime import datetime, timedelta

from django.utils import timezone

from config.running import STOCK, NoFile, run_waiting_stock
from config.running import accept_feed as accept
from config.running import run_feed as run
from inventory.actions import look_at_feed
from lockers.queries.points import FEED as POINTS
from orders import tasks as orders
from orders.actions.integrity import run_integrity
from partners import connect
from partners.models import SyncRun
from partners.sync import NotHeld
from returns import tasks as returns


class InvariantsBroken(Exception):
    """Something that must be true is not. `sentence` names the first of them for the job's own record."""

    def __init__(self, breaches: list[str]) -> None:
        self.sentence = f"{len(breaches)} invariants broken: {breaches[0][:300]}"
        super().__init__(self.sentence)


def run_feed(name: str, since: str = "") -> dict[str, object]:
    """Run one feed, or read it again from the instant `since`, and, because facts may have changed, look at the open orders again."""
    try:
        result = run(name, since=datetime.fromisoformat(since) if since else None)
    except NoFile as missing:
        return {"feed": name, "outcome": "failed", "why": missing.sentence}
    orders.recheck_open()
    return {"feed": name, "outcome": result.outcome, "seen": result.seen} | _look_at_lockers_after(result)


def accept_feed(run_id: int, user_id: int, reason: str) -> dict[str, object]:
    """Apply a held run that a person accepted. Rung twice, the second time finds nothing to do."""
    try:
        result = accept(run_id, user_id=user_id, reason=reason, at=timezone.now())
    except NotHeld as refusal:
        return {"run": run_id, "outcome": "skipped", "why": str(refusal)}
    orders.recheck_open()
    return {"run": result.pk, "outcome": result.outcome} | _look_at_lockers_after(result)


def _look_at_lockers_after(read: SyncRun) -> dict[str, object]:
    """New facts about lockers concern every parcel that has not left yet. A feed that failed or is held says nothing new."""
    if read.feed.name != POINTS or read.outcome != SyncRun.Outcome.OK:
        return {}
    return {"locker_orders_failed": run_integrity(actor="system:crawl", at=timezone.now()).failed}


def check_lockers() -> dict[str, object]:
    """The daily look at every open locker order."""
    run = run_integrity(actor="system:timetable", at=timezone.now())
    return {"orders": run.orders, "passed": run.passed, "failed": run.failed, "opened": run.opened, "ended": run.ended}


def sync_points() -> dict[str, object]:
    return run_feed("inpost.points")


def sync_orders() -> dict[str, object]:
    result = run("store.orders")
    orders.review_new()
    return {"feed": "store.orders", "outcome": result.outcome, "seen": result.seen}


def sync_products() -> dict[str, object]:
    """What the shop says of its products; the open orders are looked at again where that changes any."""
    result = run("store.products")
    if result.created or result.changed:
        orders.recheck_open()
    return {"feed": "store.products", "outcome": result.outcome, "seen": result.seen}


def read_acs() -> dict[str, object]:
    result = run("acs.orders")
    return {"feed": "acs.orders", "outcome": result.outcome, "seen": result.seen} | orders.watch()


def read_tracking() -> dict[str, object]:
    """Ask InPost about the parcels on their way, for what its webhooks did not bring."""
    result = run("inpost.tracking")
    return {"feed": "inpost.tracking", "outcome": result.outcome, "seen": result.seen} | orders.follow_parcels()


def read_stock() -> dict[str, object]:
    """Read ACS's stock file where a new one has arrived, and say so where it should have."""
    try:
        runs = run_waiting_stock()
    except NoFile:
        runs = []
    finally:
        late = look_at_feed(at=timezone.now())
    if any(read.created for read in runs):
        orders.recheck_open()
    return {"feed": STOCK, "files": len(runs), "outcomes": [read.outcome for read in runs], "late": late}


def read_returns() -> dict[str, object]:
    """Read what came back to ACS, where its feed is connected, and look at what follows."""
    told: dict[str, object] = {"feed": "acs.returns", "outcome": "not connected"}
    if not connect.missing("returns"):
        result = run("acs.returns")
        told |= {"outcome": result.outcome, "seen": result.seen}
    return told | returns.look_at_returns()


def sync_accounts() -> dict[str, object]:
    """The ledger's chart, where a ledger is connected."""
    if connect.missing("ledger") or connect.why_not_built("ledger"):
        return {"feed": "ledger.accounts", "outcome": "skipped"}
    result = run("ledger.accounts")
    return {"feed": "ledger.accounts", "outcome": result.outcome, "seen": result.seen}


def compare_ledger() -> dict[str, object]:
    """Read what the ledger's journals show, and compare them with the register."""
    if connect.missing("ledger") or connect.why_not_built("ledger"):
        return {"feed": "ledger.journals", "outcome": "skipped"}
    result = run("ledger.journals")
    return {"feed": "ledger.journals", "outcome": result.outcome, "seen": result.seen} | returns.compare_ledger()


def tell_people() -> dict[str, int]:
    from config.telling import tell_people as tell

    return tell()


def keep_audit_day() -> dict[str, int]:
    """Keep what each check of the system audit finds today, for the trend."""
    from config.system_audit.days import keep

    return keep(at=timezone.now())


def verify() -> dict[str, object]:
    """Check every invariant; a breach is an error of this job, so that the desk sees it."""
    from config.invariants import check_all

    checked = check_all(at=timezone.now())
    broken = [breach for result in checked for breach in result.breaches]
    if broken:
        raise InvariantsBroken(broken)
    return {"checked": len(checked), "broken": 0}


def forget_customers() -> dict[str, int]:
    """Erase the customers of orders that have had their time. What a night does not finish, the next one does."""
    from config.erasing import erase_what_had_its_time

    return erase_what_had_its_time(clock=timezone.now, budget=timedelta(seconds=75))
