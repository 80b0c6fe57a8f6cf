"""Make the open cases equal what is wrong now."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.sql import InsertQuery

from exceptions_queue import audit, calendars
from exceptions_queue.actions import counts, ownership
from exceptions_queue.catalogue import CATALOGUE, Evidence
from exceptions_queue.models import ExceptionCase
from exceptions_queue.moves import update_returning
from exceptions_queue.rules import Facts, Rule
from exceptions_queue.states import CaseState

T = TypeVar("T")
SYSTEM = "system:desk"
_AT_ONCE = 5_000  # subjects per round of statements
_ROWS_PER_INSERT = 1_000  # SQLite takes about 32,000 values in one statement


@dataclass(frozen=True)
class Card:
    """What the queue shows of a subject without asking its room. `url` is the subject's own page; money in pence."""

    label: str
    url: str
    order_number: str = ""
    channel: str = ""
    value_pence: int = 0
    customer_key: str = ""
    locker_id: str = ""
    due_at: datetime | None = None
    cutoff_at: datetime | None = None
    rules_version: str = ""


@dataclass(frozen=True)
class Finding:
    """Everything that is wrong with one subject now, {code: evidence}: empty when nothing is."""

    subject_id: int
    found: Mapping[str, Evidence]
    card: Card


@dataclass(frozen=True)
class Reconciled:
    """How many cases were opened, closed as cured, and left open as they were or with new evidence."""

    opened: int = 0
    closed: int = 0
    kept: int = 0


def reconcile(subject: models.Model, *, scope: frozenset[str], found: Mapping[str, Evidence], card: Card, at: datetime) -> Reconciled:
    """`reconcile_many` for one subject."""
    return reconcile_many(type(subject), [Finding(subject.pk, found, card)], scope=scope, at=at)


def reconcile_many(model: type[models.Model], findings: Iterable[Finding], *, scope: frozenset[str], at: datetime) -> Reconciled:
    """Make the open cases of these subjects, within the codes of `scope`, equal what was found.

    New → opened; vanished → closed as cured; same → not written; other evidence → updated. Waived stays waived while the
    evidence is the same; closed by hand stays closed while the same fault lasts. Per 5,000 subjects: one statement when
    nothing changed, three when cases only open, four when they only close, at most six when both happen (one more when
    evidence changed); SQLite splits large inserts.

    **The caller locks the subject rows first, in the same transaction**: opening a block and claiming a release both do,
    so that an order is never released while held. Without that the cases still come out right, but a release may slip by.
    Raises ValueError for a found code outside `scope`.
    """
    total = Counter[str]()
    for some in _in_parts(list(findings), _AT_ONCE):
        total.update(_reconcile(model, some, scope, at))
    return Reconciled(total["opened"], total["closed"], total["kept"])


def evidence_hash(evidence: Evidence) -> str:
    text = json.dumps(evidence, sort_keys=True, separators=(",", ":"), default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass
class _Plan:
    new: list[tuple[Finding, str]] = field(default_factory=list)
    changed: list[tuple[int, Finding, str]] = field(default_factory=list)
    cured: list[int] = field(default_factory=list)
    lapsed: list[int] = field(default_factory=list)
    kept: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.changed or self.cured or self.lapsed)


def _reconcile(model: type[models.Model], findings: Sequence[Finding], scope: frozenset[str], at: datetime) -> Counter[str]:
    by_subject = {finding.subject_id: finding for finding in findings}
    plan = _plan(by_subject, _standing(model, by_subject, scope), scope)
    if plan.is_empty:
        return Counter(kept=plan.kept)
    with transaction.atomic(savepoint=False):
        opened = _open(model, plan.new, at) if plan.new else []
        closed = _cure(plan.cured, at) if plan.cured else []
        if plan.changed:
            _update_evidence(plan.changed, at)
        if plan.lapsed:
            ExceptionCase.objects.filter(pk__in=plan.lapsed).update(lapsed_at=at)
        deltas = Counter(opened)
        deltas.subtract(closed)
        counts.adjust(deltas)
    return Counter(opened=len(opened), closed=len(closed), kept=plan.kept + len(plan.changed))


def _in_parts(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _standing(model: type[models.Model], ids: Iterable[int], scope: frozenset[str]) -> list[tuple[Any, ...]]:
    """Open cases, and those a person closed while their fault lasts: (id, subject, code, state, evidence hash)."""
    accepted = Q(state=CaseState.WAIVED) | Q(state=CaseState.CLOSED, lapsed_at__isnull=True)
    cases = ExceptionCase.objects.filter(
        Q(state=CaseState.OPEN) | accepted,
        subject_type=ContentType.objects.get_for_model(model),
        subject_id__in=list(ids),
        code__in=[str(code) for code in sorted(scope)],
    )
    return list(cases.order_by().values_list("id", "subject_id", "code", "state", "evidence_hash"))


def _plan(by_subject: Mapping[int, Finding], standing: Sequence[tuple[Any, ...]], scope: frozenset[str]) -> _Plan:
    plan = _Plan()
    accepted = {(subject_id, code, hash_) for _, subject_id, code, state, hash_ in standing if state != CaseState.OPEN}
    open_cases = {(subject_id, code): (pk, hash_) for pk, subject_id, code, state, hash_ in standing if state == CaseState.OPEN}
    for subject_id, finding in by_subject.items():
        if not finding.found.keys() <= scope:
            raise ValueError(f"Found {sorted(finding.found.keys() - scope)}, which is outside the scope of this look.")
        for code, evidence in finding.found.items():
            hash_ = evidence_hash(evidence)
            pk, known = open_cases.pop((subject_id, str(code)), (None, ""))
            if pk is None and (subject_id, str(code), hash_) not in accepted:
                plan.new.append((finding, code))
            elif pk is not None and known != hash_:
                plan.changed.append((pk, finding, code))
            elif pk is not None:
                plan.kept += 1
    plan.cured = sorted(pk for pk, _ in open_cases.values())
    plan.lapsed = [
        pk for pk, subject_id, code, state, _ in standing if state == CaseState.CLOSED and code not in by_subject[subject_id].found
    ]
    return plan


def _open(model: type[models.Model], new: Sequence[tuple[Finding, str]], at: datetime) -> list[counts.Key]:
    """Insert the new cases; who loses a race to the unique constraint inserts nothing. Returns (owner, code) of each inserted."""
    default = calendars.release_due(None, at=at) if any(finding.card.due_at is None for finding, _ in new) else None
    content_type = ContentType.objects.get_for_model(model)
    rules = ownership.standing()
    rows = [_case(content_type, finding, code, default, at, rules) for finding, code in new]
    inserted: list[counts.Key] = []
    for some in _in_parts(rows, _ROWS_PER_INSERT if connection.vendor == "sqlite" else len(rows)):
        inserted += _insert(some)
    return inserted


def _case(
    content_type: ContentType, finding: Finding, code: str, default: calendars.Due | None, at: datetime, rules: Sequence[Rule]
) -> ExceptionCase:
    kind, card = CATALOGUE[code], finding.card
    facts = Facts(str(code), card.channel, card.locker_id, card.value_pence)
    owner, assignee_id = ownership.decide(rules, facts, owner=kind.owner.value)
    due = card if card.due_at or default is None else default
    return ExceptionCase(
        subject_type=content_type,
        subject_id=finding.subject_id,
        subject_label=card.label[:200],
        code=str(code),
        owner=owner,
        assignee_id=assignee_id,
        opened_at=at,
        due_at=due.due_at or at,
        cutoff_at=due.cutoff_at,
        customer_key=card.customer_key[:32],
        channel=card.channel[:40],
        order_number=card.order_number[:64],
        **_said(finding, code, at),
    )


def _said(finding: Finding, code: str, at: datetime) -> dict[str, Any]:
    """The columns that follow the evidence."""
    evidence, card = finding.found[code], finding.card
    return {
        "evidence": dict(evidence),
        "evidence_hash": evidence_hash(evidence),
        "cause_key": cause_key(code, evidence),
        "blocks": CATALOGUE[code].blocks_with(evidence),
        "url": card.url[:200],
        "locker_id": card.locker_id[:40],
        "value_pence": card.value_pence,
        "rules_version": card.rules_version[:20],
        "last_seen_at": at,
    }


def cause_key(code: str, evidence: Evidence) -> str:
    """What cases of one cause share: the code, the field, the fault, and the one thing outside the order that is to blame."""
    blamed = next((str(evidence[name]) for name in ("locker", "method", "partner", "feed") if evidence.get(name)), "")
    return ":".join([str(code), str(evidence.get("field", "")), str(evidence.get("fault", "")), blamed])[:120]


def _insert(rows: Sequence[ExceptionCase]) -> list[counts.Key]:
    """One INSERT … ON CONFLICT DO NOTHING RETURNING. The ORM's `ignore_conflicts` cannot say which rows went in."""
    fields = [column for column in ExceptionCase._meta.concrete_fields if not column.primary_key]
    written = _by_columns if connection.vendor == "postgresql" else _by_rows
    sql, params = written(rows, fields)
    conflict = f"(subject_type_id, subject_id, code) WHERE state = '{CaseState.OPEN.value}'"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ON CONFLICT {conflict} DO NOTHING RETURNING owner, code", params)
        return list(cursor.fetchall())


def _by_rows(rows: Sequence[ExceptionCase], fields: Sequence[Any]) -> tuple[str, Any]:
    query = InsertQuery(ExceptionCase)
    query.insert_values(fields, list(rows))
    [(sql, params)] = query.get_compiler(connection=connection).as_sql()
    return sql, params


def _by_columns(rows: Sequence[ExceptionCase], fields: Sequence[Any]) -> tuple[str, Any]:
    """An array for each column: 5,000 cases as VALUES are 200,000 placeholders, which cost more than the rows. The ORM does so too, but
    not for a table with JSON."""
    params = [[field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows] for field in fields]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    arrays = ", ".join(f"%s::{field.db_type(connection).split('(')[0]}[]" for field in fields)
    return f"INSERT INTO {ExceptionCase._meta.db_table} ({names}) SELECT * FROM UNNEST({arrays})", params  # noqa: S608


def _cure(ids: Sequence[int], at: datetime) -> list[counts.Key]:
    """Close those that are still open, with an audit row each."""
    standing = ExceptionCase.objects.filter(pk__in=ids, state=CaseState.OPEN)
    values = {"state": CaseState.CURED, "closed_at": at, "closed_why": "The check passes now."}
    closed = update_returning(standing, values, returning=("id", "code", "owner", "subject_label"))
    audit.record_many(
        "case cured",
        [(ExceptionCase, pk, f"{code} {label}") for pk, code, _, label in closed],
        actor=SYSTEM,
        at=at,
        before={"state": CaseState.OPEN.value},
        after={"state": CaseState.CURED.value},
    )
    return [(owner, code) for _, code, owner, _ in closed]


def _update_evidence(changed: Sequence[tuple[int, Finding, str]], at: datetime) -> None:
    columns = [_said(finding, code, at) for _, finding, code in changed]
    rows = [ExceptionCase(pk=pk, **said) for (pk, _, _), said in zip(changed, columns, strict=True)]
    ExceptionCase.objects.filter(state=CaseState.OPEN).bulk_update(rows, list(columns[0]))
