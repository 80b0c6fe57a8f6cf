"""Every check of the system audit, and one look through all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from config.roles import ROLES
from config.system_audit import (
    buffers,
    carrier_codes,
    closed_lockers,
    desks,
    feeds,
    gate_checks,
    goods,
    holds,
    lines,
    meanings,
    mismatches,
    money,
    resolvers,
    stuck,
)
from config.system_audit.gaps import Check, Gap, gap_of, plural
from config.system_audit.look import Look
from exceptions_queue.catalogue import Code
from partners.models import CodeMapping

Kind = CodeMapping.Kind
CX, WAREHOUSE, GOODS, FINANCE, MANAGER, ADMIN = "cx", "warehouse", "merchandiser", "finance", "finance_manager", "integration"
_CASES, _MEANINGS, _SYNC = "exceptions_queue.view_exceptioncase", "partners.view_codemapping", "partners.view_syncrun"
_WRITE_OFFS, _PEOPLE = "returns.view_writeoff", "config.view_access"


def _unmatched(count: int) -> str:
    return f"{plural(count, 'parcel of a closed manifest is', 'parcels of closed manifests are')} not where ACS and InPost say."


def _ledger(count: int) -> str:
    return f"{plural(count, 'journal says', 'journals say')} one thing here and another in the ledger."


CHECKS: tuple[Check, ...] = (
    Check("unsized", "SKUs without a size or weight", GOODS, "Products", "inventory.view_product", goods.unsized),
    Check("buffers", "Buffers and reserves that cannot be meant", GOODS, "Buffers", "inventory.view_bufferrule", buffers.absurd),
    Check("stock-statuses", "Stock statuses without a meaning", ADMIN, "Stock statuses", _MEANINGS, meanings.unmapped(Kind.STOCK_STATUS)),
    Check("order-statuses", "Order statuses without a meaning", ADMIN, "Order statuses", _MEANINGS, meanings.unmapped(Kind.ORDER_STATUS)),
    Check("methods", "Delivery methods without a meaning", ADMIN, "Delivery methods", _MEANINGS, meanings.unmapped(Kind.DELIVERY_METHOD)),
    Check("grades", "Grades without a meaning", ADMIN, "Grades", _MEANINGS, meanings.unmapped(Kind.GRADE)),
    Check("carrier-codes", "InPost events without a meaning", ADMIN, "Parcels at InPost", _SYNC, carrier_codes.unknown),
    Check("closed-lockers", "Lockers in use that are closed or unknown", CX, "Their cases", _CASES, closed_lockers.in_use),
    Check("late-feeds", "Feeds late, held or paused", ADMIN, "Sync health", _SYNC, feeds.late),
    Check("shrinking-feeds", "Feeds that bring less than before", ADMIN, "Sync health", _SYNC, feeds.shrinking),
    Check("refused-records", "Records nobody could read", ADMIN, "Sync health", _SYNC, feeds.refused),
    Check("silent-checks", "Checks that never find anything", ADMIN, "Reference", _CASES, gate_checks.silent),
    Check("blanket-checks", "Checks that find fault with every order", ADMIN, "Their cases", _CASES, gate_checks.blanket),
    Check("resolvers", "Resolver rules that miss", ADMIN, "Resolver rules", "orders.view_resolverrule", resolvers.missing),
    Check("empty-desks", "Desks with cases and nobody signed in", ADMIN, "People", _PEOPLE, desks.unmanned),
    Check("stuck-intents", "Messages to partners that do not get through", ADMIN, "Connections", "partners.view_circuit", stuck.intents),
    Check("connections", "Connections not set, never tried or failing", ADMIN, "Connections", "partners.view_circuit", lines.unsound),
    Check("endless-holds", "Orders held without a way out", CX, "Held orders", "orders.view_order", holds.endless),
    Check("mismatches", "Shop, ACS and InPost disagree", ADMIN, "Integrity run", "orders.view_integrityrun", mismatches.three_ways),
    Check(
        "manifests", "Manifests that do not add up", WAREHOUSE, "Their cases", _CASES, mismatches.open_cases(Code.MAN_UNMATCHED, _unmatched)
    ),
    Check(
        "ledger",
        "Register and ledger disagree",
        FINANCE,
        "Their cases",
        _CASES,
        mismatches.open_cases(Code.JRN_MISMATCH, _ledger, in_pounds=True),
    ),
    Check("unposted", "Approved write-offs that are not posted", FINANCE, "Approved write-offs", _WRITE_OFFS, money.unposted),
    Check("limits", "Approval limits not set or not confirmed", MANAGER, "Approval limits", _WRITE_OFFS, money.limits),
    Check("approvers", "Too few people who may approve", MANAGER, "People", _PEOPLE, money.approvers),
    Check("accounts", "Ledger accounts not named", MANAGER, "Ledger accounts", _WRITE_OFFS, money.accounts),
)
BY_KEY = {check.key: check for check in CHECKS}


@dataclass(frozen=True)
class Audit:
    """What one look found: the gaps, the costliest first, and the checks that found nothing."""

    at: datetime
    gaps: tuple[Gap, ...]
    clean: tuple[Check, ...]

    @property
    def by_owner(self) -> list[tuple[str, list[Gap]]]:
        """(role in words, its gaps), the owner of the costliest gap first."""
        first = {gap.owner: place for place, gap in reversed(list(enumerate(self.gaps)))}
        ordered = sorted(self.gaps, key=lambda gap: (first[gap.owner], gap.weight))
        return [(ROLES[owner].label, list(gaps)) for owner, gaps in groupby(ordered, key=lambda gap: gap.owner)]


def look_at_all(*, at: datetime) -> Audit:
    """Every check, once. Reads only; the number of statements does not hang on the number of rows."""
    found = dict(_found(Look(at)))
    gaps = sorted(filter(None, found.values()), key=lambda gap: gap.weight)
    return Audit(at, tuple(gaps), tuple(check for check in CHECKS if found[check.key] is None))


def look_at_one(check: Check, *, at: datetime) -> Gap | None:
    """One check alone; None where there is no gap."""
    found = check.find(Look(at))
    return gap_of(check, found) if found.count else None


def _found(look: Look) -> Iterator[tuple[str, Gap | None]]:
    for check in CHECKS:
        found = check.find(look)
        yield check.key, gap_of(check, found) if found.count else None
