"""Approving 1,000 write-offs in one act: the statements of it, a result for each, and the time beside a bare UPDATE of the same rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import Group, Permission, User
from django.db import connection, transaction
from django.db.models import F

from config.bench.harness import BenchEnv, Measure, at_most, count_at_most, interleaved, statements
from config.bench.seed import settle
from exceptions_queue.models import AuditEntry, CaseCount, ExceptionCase
from partners.models import CodeMapping
from returns.actions import deciding, raising
from returns.actions.outcomes import Outcome
from returns.models import Approval, Cost, LedgerAccount, Photo, Return, ReturnItem, WriteOff

WRITE_OFFS = 1_000
IN_ALL = 30
PER_HUNDRED = 4  # on SQLite, whose statements hold about 90 rows: words, audit rows of the move and of the cases closed
TIMES_A_BARE_UPDATE = {"postgresql": 25.0, "sqlite": 60.0}
NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def run(env: BenchEnv) -> list[Measure]:
    size = env.size(WRITE_OFFS, least=200)
    env.say(f"{size:,} write-offs: one in fifty changed since, one in fifty raised by whoever approves")
    actor = _world(size)
    signed = _signed(actor)
    env.say("half of them, for the constant; then all of them")
    half = dict(list(signed.items())[: size // 2])
    with statements() as few:
        _approve(half, actor)
    _put_back()
    with statements() as many:
        outcomes = _approve(signed, actor)
    wrong = _wrong(outcomes, signed)
    env.say("beside a bare UPDATE of the same rows")
    ids = list(WriteOff.objects.filter(state="approved").values_list("pk", flat=True))
    rounds = interleaved(before_each=lambda _: _put_back(), bare=lambda: _bare(ids, actor), approving=lambda: _approve(signed, actor))
    batches = 0 if connection.vendor == "postgresql" else -(-size // 100) * PER_HUNDRED
    grown = 0 if connection.vendor == "postgresql" else -(-size // 200) * PER_HUNDRED
    return [
        count_at_most("write-offs without the right result", wrong, 0, f"{len(outcomes):,} results"),
        count_at_most("statements of the whole act", many.count, IN_ALL + batches, f"{few.count} for half as many"),
        count_at_most("statements that twice as many cost more", many.count - few.count, grown),
        at_most(
            "approving ÷ a bare UPDATE of the same rows",
            rounds.ratio("approving", "bare"),
            TIMES_A_BARE_UPDATE[connection.vendor],
            rounds.detail("bare", "approving"),
        ),
    ]


def _world(size: int) -> User:
    """So many garments graded beyond repair, with a photo, a value and a way out, raised by the feed's own look."""
    rows = [LedgerAccount(purpose=purpose, code=f"7{n}", changed_at=NOON) for n, purpose in enumerate(LedgerAccount.Purpose.values)]
    LedgerAccount.objects.bulk_create(rows)
    grade = CodeMapping.objects.create(partner="acs", kind="grade", folded="ber", raw="BER", target="ber")
    when = {"arrived_at": NOON, "told_at": NOON, "fetched_at": NOON}
    ret = Return.objects.create(acs_id="R1", content_hash="x", **when)
    Return.objects.bulk_create(Return(acs_id=f"B{n}", content_hash="x", **when) for n in range(size))
    rets = Return.objects.exclude(pk=ret.pk).order_by("pk").values_list("pk", flat=True)
    said = {"raw_grade": "BER", "grade": grade, "graded_at": NOON, "grader": "Morag", "reason": "Torn"}
    ReturnItem.objects.bulk_create(ReturnItem(ret_id=pk, line_id="1", rfid=f"E{n}", sku=f"S{n}", **said) for n, pk in enumerate(rets))
    items = list(ReturnItem.objects.values_list("pk", "rfid"))
    Photo.objects.bulk_create(Photo(item_id=pk, sha256=rfid, content=b"x", bytes=1) for pk, rfid in items)
    worth = {"ledger_class": "stock", "cost_pence": 4_200, "as_at": NOON.date(), "told_at": NOON}
    Cost.objects.bulk_create(Cost(rfid=rfid, **worth) for _, rfid in items)
    raising.look([pk for pk, _ in items], at=NOON)
    WriteOff.objects.update(route="recycled")
    raising.look([pk for pk, _ in items], at=NOON)
    settle(WriteOff, ReturnItem, Photo, Cost, ExceptionCase, AuditEntry)
    return _approver()


def _approver() -> User:
    group = Group.objects.create(name="finance")
    group.permissions.add(Permission.objects.get(codename="approve_writeoff"))
    user = User.objects.create(username="bench")
    user.groups.add(group)
    return user


def _signed(actor: User) -> dict[str, str]:
    """{reference: hash seen}, two in a hundred of which will not pass."""
    signed = dict(WriteOff.objects.order_by("pk").values_list("reference", "lines_hash"))
    for n, reference in enumerate(signed):
        if n % 50 == 0:
            signed[reference] = "seen before it changed"
        elif n % 50 == 1:
            WriteOff.objects.filter(reference=reference).update(raised_by=actor)
    return signed


def _approve(signed: dict[str, str], actor: User) -> list[Outcome]:
    return deciding.approve_many(signed, actor=actor, at=LATER, total_pence=4_200 * len(signed))


def _wrong(outcomes: Sequence[Outcome], signed: dict[str, str]) -> int:
    """How many have no result, or another than they should: those that changed or are the approver's own stay, the rest go."""
    told = {outcome.reference: outcome.done for outcome in outcomes}
    approved = set(WriteOff.objects.filter(state="approved").values_list("reference", flat=True))
    right = {reference: n % 50 not in (0, 1) for n, reference in enumerate(signed)}
    return sum(told.get(reference) is not good or (reference in approved) is not good for reference, good in right.items())


def _bare(ids: Sequence[int], actor: User) -> None:
    with transaction.atomic():
        WriteOff.objects.filter(pk__in=ids).update(
            state="approved", first_by=actor, first_at=LATER, approved_hash=F("lines_hash"), version=F("version") + 1
        )


def _put_back() -> None:
    """As it was before, the words and the log among it, and the tables swept."""
    Approval.objects.all().delete()
    unsigned = {"first_by": None, "first_for": None, "first_at": None, "approved_hash": ""}
    WriteOff.objects.filter(state="approved").update(state="awaiting_approval", **unsigned)
    reopened = ExceptionCase.objects.filter(code="BER-NEW").update(state="open", closed_at=None, lapsed_at=None)
    CaseCount.objects.filter(code="BER-NEW").update(open_count=reopened)
    settle(WriteOff, Approval, ExceptionCase, AuditEntry)
