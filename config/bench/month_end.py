"""A month of 50,000 write-offs: comparing register and ledger beside the bare join that finds what differs, and streaming its evidence."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import F

from config.bench.harness import BenchEnv, Measure, at_most, count_at_most, interleaved, peak_growth, statements
from config.bench.seed import Sql, insert_series, settle
from exceptions_queue.models import AuditEntry, AuditSeal, CaseCount, ExceptionCase
from partners.models import Feed, SyncRun
from returns.actions.posting.comparing import compare
from returns.models import Approval, Journal, LedgerDocument, Photo, Return, ReturnItem, WriteOff
from returns.queries import register
from returns.queries.exports import evidence
from returns.queries.exports.cases import AT_ONCE
from returns.states import JournalState

JOURNALS = 50_000
ONE_IN = 500  # differs: 0.2 %
PHOTOS = 200
TIMES_THE_BARE_JOIN = 3.0
MOST_MIB = 150.0
FOR_ALL, PER_PART, PER_REGISTER_PART = 12, 6, 2
JUNE, NOON = date(2026, 6, 1), datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
LATER = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
BARE = """
SELECT j.id, d.id FROM returns_journal j LEFT JOIN returns_ledgerdocument d ON d.key = j.key
WHERE j.state IN ('posted', 'verified', 'drifted') AND (d.content_hash IS NULL OR d.content_hash <> j.lines_hash)
"""
_LINES = (
    """'[{"purpose": "stock_write_off", "account": "7105", "debit_pence": 4210, "credit_pence": 0, "memo": "garment E' || n || '"},"""
    """ {"purpose": "stock", "account": "1200", "debit_pence": 0, "credit_pence": 4210, "memo": "garment E' || n || '"}]'"""
)
_THEIRS = (
    """'[{"account": "7105", "amount_pence": ' || {0} || ', "memo": ""},"""
    """ {"account": "1200", "amount_pence": -' || {0} || ', "memo": ""}]'"""
)
_PENCE = f"CASE WHEN mod(n, {ONE_IN}) = 0 THEN 4211 ELSE 4210 END"


def run(env: BenchEnv) -> list[Measure]:
    size = env.size(JOURNALS, least=1_000)
    env.say(f"{size:,} journals and as many documents in the ledger, one in {ONE_IN} of which says something else")
    _world(size)
    return [*_comparing(env, size), *_streaming(env, size)]


# --- register and ledger ------------------------------------------------------------------------------------------------


def _comparing(env: BenchEnv, size: int) -> list[Measure]:
    wanted = size // ONE_IN
    env.say("beside the bare join: as it is found, and every time after")
    first = interleaved(rounds=11, before_each=lambda _: _put_back(), bare=_bare, comparing=_compare)
    right = (len(_bare()), Journal.objects.filter(state=JournalState.DRIFTED).count(), _cases())
    again = interleaved(rounds=11, bare=_bare, comparing=_compare)
    with statements() as seen:
        _compare()
    wrong = sum(abs(count - wanted) for count in (*right, _cases()))
    return [
        count_at_most("journals that differ without a case, or the other way", wrong, 0, f"{wanted} differ"),
        count_at_most("statements of comparing again", seen.count, 12),
        _ratio(
            "comparing what differs for the first time ÷ the bare join", first.ratio("comparing", "bare"), first.detail("bare", "comparing")
        ),
        _ratio("comparing again ÷ the bare join", again.ratio("comparing", "bare"), again.detail("bare", "comparing")),
    ]


def _ratio(name: str, ratio: float, detail: str) -> Measure:
    return at_most(name, ratio, TIMES_THE_BARE_JOIN, detail)


def _bare() -> list[tuple[int, int]]:
    """The baseline: which journals differ, by key and hash, in one statement and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute(BARE)
        return list(cursor.fetchall())


def _compare() -> dict[str, int]:
    return compare(at=LATER)


def _cases() -> int:
    return ExceptionCase.objects.filter(code="JRN-MISMATCH", state="open").count()


def _put_back() -> None:
    """As it was before the difference was found, and the tables swept."""
    ExceptionCase.objects.all().delete()
    CaseCount.objects.update(open_count=0)
    drifted = Journal.objects.filter(state=JournalState.DRIFTED)
    drifted.update(state=JournalState.VERIFIED, shown={}, shown_hash=F("lines_hash"), why="")
    settle(Journal, ExceptionCase, AuditEntry)


# --- the evidence -------------------------------------------------------------------------------------------------------


def _streaming(env: BenchEnv, size: int) -> list[Measure]:
    env.say("the evidence of the month, sent to nobody")
    asked = evidence.ask(JUNE, person="bench", at=LATER)
    next(evidence.archive(asked))  # what is loaded once is loaded now
    with statements() as seen, peak_growth() as grown:
        sent = sum(map(len, evidence.archive(asked)))
    risen = grown()
    allowed = FOR_ALL + PER_PART * _parts(size, AT_ONCE) + PER_REGISTER_PART * _parts(size, register.AT_ONCE)
    return [
        count_at_most(
            "write-offs of the month that are not in it", abs(size - len(asked.ids)), 0, f"{len(asked.ids):,} in {sent / 2**20:,.0f} MiB"
        ),
        count_at_most("statements of the ZIP", seen.count, allowed, f"{PER_PART} for each {AT_ONCE} write-offs, {FOR_ALL} besides"),
        at_most("MiB that memory rose by at most", risen, MOST_MIB),
    ]


def _parts(size: int, at_once: int) -> int:
    return -(-size // at_once)


# --- the world ----------------------------------------------------------------------------------------------------------


def _world(size: int) -> None:
    feed, _ = Feed.objects.get_or_create(name="ledger.journals")
    SyncRun.objects.create(feed=feed, outcome=SyncRun.Outcome.OK, started_at=LATER, finished_at=LATER)
    approver = User.objects.create(username="bench", first_name="Agnes", last_name="Lee")
    _make_journals(size)
    _make_garments(size)
    _make_write_offs(size, approver)
    _make_words(size, approver)
    _make_photos(range(1, min(size, PHOTOS) + 1))
    settle(Journal, LedgerDocument, Return, ReturnItem, WriteOff, Approval, AuditEntry, AuditSeal, Photo)


def _make_journals(size: int) -> None:
    said = {"key": Sql("'ber:BER-260609-' || lpad(CAST(n AS text), 5, '0') || ':1'"), "external_id": Sql("md5('x' || n)")}
    hash_, state = Sql("md5(CAST(n AS text)) || md5('y' || n)"), JournalState.VERIFIED
    times = {"made_at": NOON, "posted_at": NOON, "verified_at": NOON}
    facts = {"id": Sql("n"), "number": Sql("'JNL-' || n"), "narration": Sql("'Write-off of garment E' || n"), "status": "POSTED"}
    lines = Sql(f"CAST({_LINES} AS jsonb)")
    insert_series(
        Journal,
        size,
        **said,
        **facts,
        **times,
        kind="write_off",
        state=state,
        post_on=NOON.date(),
        lines=lines,
        lines_hash=hash_,
        shown_hash=hash_,
        total_pence=4210,
    )
    other = Sql(f"CASE WHEN mod(n, {ONE_IN}) = 0 THEN md5('z' || n) ELSE {hash_} END")
    theirs = Sql(f"CAST({_THEIRS.replace('{0}', f'({_PENCE})')} AS jsonb)")
    insert_series(
        LedgerDocument,
        size,
        **said,
        status="posted",
        raw_status="POSTED",
        dated_on=NOON.date(),
        lines=theirs,
        total_pence=Sql(_PENCE),
        content_hash=other,
        seen_at=NOON,
    )


def _make_garments(size: int) -> None:
    insert_series(
        Return,
        size,
        id=Sql("n"),
        acs_id=Sql("'R-' || n"),
        order_number=Sql("'LS-' || n"),
        arrived_at=NOON,
        told_at=NOON,
        content_hash="x",
        fetched_at=NOON,
    )
    said = {
        "raw_grade": "Beyond Economic Repair",
        "graded_at": NOON,
        "grader": "M. Brodie",
        "reason": "Stain",
        "note": "Red wine along the hem.",
    }
    insert_series(
        ReturnItem, size, id=Sql("n"), ret_id=Sql("n"), line_id="1", rfid=Sql("'E' || n"), sku=Sql("'DRS-' || mod(n, 400)"), **said
    )


def _make_write_offs(size: int, approver: User) -> None:
    hash_ = Sql("md5('signed ' || n) || md5(CAST(n AS text))")
    insert_series(
        WriteOff,
        size,
        id=Sql("n"),
        item_id=Sql("n"),
        journal_id=Sql("n"),
        reference=Sql("'BER-260609-' || lpad(CAST(n AS text), 5, '0')"),
        rfid=Sql("'E' || n"),
        sku=Sql("'DRS-' || mod(n, 400)"),
        lines=Sql(f"CAST({_LINES} AS jsonb)"),
        lines_hash=hash_,
        approved_hash=hash_,
        first_by=approver,
        first_at=NOON,
        happened_on=NOON.date(),
        post_on=NOON.date(),
        raised_at=NOON,
        cause="graded",
        state="verified",
        ledger_class="stock",
        route="recycled",
        certificate="REC-2211",
        raw_grade="Beyond Economic Repair",
        reason="Stain",
        grader="M. Brodie",
        cost_pence=4210,
        depreciation_pence=0,
        carrying_pence=4210,
    )


def _make_words(size: int, approver: User) -> None:
    """An approval of each write-off, and four sealed entries of the log: two of it, one of its garment, one of its journal."""
    said = {
        "word": "approved",
        "by": approver,
        "tier": "finance",
        "limit_pence": 50_000,
        "carrying_pence": 4210,
        "comment": "Seen",
        "at": NOON,
    }
    insert_series(Approval, size, write_off_id=Sql("n"), lines_hash=Sql("md5('signed ' || n) || md5(CAST(n AS text))"), **said)
    told = {
        "actor_id_text": "",
        "actor_label": "system:returns",
        "at": NOON,
        "before": {"state": "drafted"},
        "after": {"state": "verified"},
    }
    for place, model in enumerate((WriteOff, WriteOff, ReturnItem, Journal)):
        entry = Sql(f"n + {place * size}")
        of_type = ContentType.objects.get_for_model(model).pk
        label = Sql("'BER-260609-' || n")
        insert_series(AuditEntry, size, id=entry, subject_type_id=of_type, subject_id=Sql("n"), subject_label=label, verb="moved", **told)
        hashes = {"previous_hash": Sql(f"md5('p' || (n + {place * size}))"), "hash": Sql(f"md5('h' || (n + {place * size}))")}
        insert_series(AuditSeal, size, seq=entry, entry_id=entry, sealed_at=NOON, **hashes)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('exceptions_queue_auditentry', 'id'), %s)", [4 * size])


def _make_photos(numbers: Sequence[int]) -> None:
    for number in numbers:
        content = hashlib.shake_256(str(number).encode()).digest(200_000)
        digest = hashlib.sha256(content).hexdigest()
        Photo.objects.create(item_id=number, content=content, content_type="image/jpeg", sha256=digest, bytes=len(content), kept_at=NOON)
