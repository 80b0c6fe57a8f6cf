"""Do it: sign a month off with the figures that were seen, or open the last one again. The database decides between two at once."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from exceptions_queue.audit import record
from exceptions_queue.queries.words import name_of
from returns.actions.outcomes import Refused
from returns.models import Journal, PeriodSignOff
from returns.queries.month_end.figures import Figures, figures
from returns.rules import month_end as rules

SIGNS, REOPENS = "returns.add_periodsignoff", "returns.reopen_periodsignoff"
CHANGED = "The figures have changed since you opened the month: look at them again, then sign."
SIGNED = "Somebody has signed this month off already."
MOST = 300


def sign(month: date, *, seen: str, actor: User, at: datetime, reason: str = "") -> PeriodSignOff:
    """Sign a month off: from now on nothing new is dated in it. `seen` is the hash of the figures this person looked at.

    Keeps those figures with the signature, and writes the audit row in the same transaction. Raises Refused for who may not, where it
    is signed off already, where figures have changed, while anything keeps it open, and ("reason") where something is left unexplained.
    """
    _may(actor, SIGNS, "Your role does not let you sign months off.")
    said = _said(reason)
    with transaction.atomic():
        _nothing_is_sent_meanwhile()
        _not_signed(month)
        now = figures(month, at=at)
        _check(now, seen, said)
        made = _keep(now, said, actor, at)
        after = {"figures_hash": made.figures_hash, "accrual_pence": now.accrual.pence}
        record("month signed off", made, actor=actor, at=at, after=after, reason=said)
    return made


def reopen(month: date, *, reason: str, actor: User, at: datetime) -> PeriodSignOff:
    """Open the last signed month again, so that what belongs to it can be dated in it. Its signature and figures stay on record.

    Writes an audit row. Raises Refused for who may not, without a reason ("reason"), for a month that is not signed off, and while a
    later one is.
    """
    _may(actor, REOPENS, "Your role does not let you open a month again.")
    if not (said := _said(reason)):
        raise Refused("Say why it is opened again.", "reason")
    with transaction.atomic():
        _nothing_is_sent_meanwhile()
        standing = PeriodSignOff.objects.filter(month=month, reopened_at=None)
        row = standing.first()
        if row is None:
            raise Refused(f"{month:%B %Y} is not signed off, so there is nothing to open.")
        _is_the_last(month)
        if not standing.update(reopened_at=at, reopened_by=actor, reopened_why=said):
            raise Refused("A colleague was quicker: look at the month again.")
        record("month reopened", row, actor=actor, at=at, before={"figures_hash": row.figures_hash}, reason=said)
    row.refresh_from_db()
    return row


def _may(actor: User, permission: str, otherwise: str) -> None:
    if not actor.has_perm(permission):
        raise Refused(otherwise)


def _said(reason: str) -> str:
    return reason.replace("\x00", "").strip()[:MOST]


def _nothing_is_sent_meanwhile() -> None:
    """No journal starts on its way until this is committed: one that did so before is counted, and one that does so after reads that the
    month is closed. SQLite has one writer, who is us."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Journal._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _not_signed(month: date) -> None:
    standing = PeriodSignOff.objects.filter(month=month, reopened_at=None).select_related("signed_by").first()
    if standing:
        raise Refused(f"{name_of(standing.signed_by)} has signed {month:%B %Y} off already.")


def _check(now: Figures, seen: str, reason: str) -> None:
    if no := rules.why_not(now.standing):
        raise Refused(no)
    if now.hash != seen:
        raise Refused(CHANGED)
    if rules.needs_reason(now.standing) and not reason:
        raise Refused("Say why the month is signed off with something left.", "reason")


def _keep(now: Figures, reason: str, actor: User, at: datetime) -> PeriodSignOff:
    read_at = now.books.read_at
    kept: dict[str, Any] = {"seen": now.seen, "reason": reason, "ledger_read_at": read_at.isoformat() if read_at else ""}
    try:
        with transaction.atomic():
            return PeriodSignOff.objects.create(month=now.month, figures=kept, figures_hash=now.hash, signed_by=actor, signed_at=at)
    except IntegrityError as twice:
        raise Refused(SIGNED) from twice


def _is_the_last(month: date) -> None:
    later = PeriodSignOff.objects.filter(month__gt=month, reopened_at=None).order_by("-month").first()
    if later:
        raise Refused(f"{later.month:%B %Y} is signed off after it: open that one first.")
