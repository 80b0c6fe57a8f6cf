"""The books as a folder: journals and credit notes in append-only JSON lines. The format: docs/partners/folder.md.

A document is what its lines say one after the other: the first makes it, a later one names it again and changes its status.
Nothing is ever rewritten, but a last line without its end, which nobody was told of, is cut off by the next writer.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from partners.errors import Conflict, PeriodClosed, Rejected, Unreachable, Unreadable
from partners.folder.lines import Lines
from partners.ledger import Books, CreditDoc, CreditDraft, DocStatus, JournalDraft, LedgerAccount, LedgerDoc, LedgerLine, key_in

PARTNER = "ledger"
PAGE = 500
CHART = (
    LedgerAccount("310", "Stock at ACS", "asset"),
    LedgerAccount("410", "Stock written off", "expense"),
    LedgerAccount("420", "Refunds and credit notes", "expense"),
    LedgerAccount("430", "Loss on disposal", "expense"),
    LedgerAccount("710", "Hire fleet at cost", "asset"),
    LedgerAccount("711", "Accumulated depreciation of the hire fleet", "asset"),
    LedgerAccount("610", "Accounts receivable", "receivable", "Customers' balances are kept by invoices, not by journals."),
    LedgerAccount("960", "Retained earnings", "equity", "Retained earnings are carried forward by closing the year, not by journals."),
)


class _Account(msgspec.Struct):
    code: str
    name: str = ""
    kind: str = ""
    why_not: str = ""


class _Books(msgspec.Struct):
    name: str = "Folder ledger"
    currency: str = "GBP"
    locked_to: date | None = None
    accounts: list[_Account] | None = None


class _Line(msgspec.Struct):
    account: str
    amount_pence: int
    memo: str = ""


class _Entry(msgspec.Struct, omit_defaults=True):
    """One line of journals.jsonl. A later line of the same id overlays what it names."""

    id: str
    at: datetime
    status: str | None = None
    on: date | None = None
    narration: str | None = None
    link: str | None = None
    lines: list[_Line] | None = None
    idempotency_key: str | None = None


class _Credit(msgspec.Struct):
    """One line of credits.jsonl."""

    id: str
    key: str
    at: datetime
    on: date
    customer: str
    description: str
    amount_pence: int
    account: str
    invoice: str = ""


_entry, _credit, _books = msgspec.json.Decoder(_Entry), msgspec.json.Decoder(_Credit), msgspec.json.Decoder(_Books)


class FolderLedger:
    """Books in files. Every method raises Unreachable when the folder cannot be used, Unreadable when a file is not as we write it."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder, self._clock = folder, clock
        self._journals, self._credits = Lines(folder / "journals.jsonl"), Lines(folder / "credits.jsonl")

    def check(self) -> str:
        """Prove that the books can be read and their folder written, in a sentence."""
        books = self.books()
        with self._journals.changing():
            pass
        locked = f", closed to {books.locked_to:%d.%m.%Y}" if books.locked_to else ""
        return f"The books of {books.name} ({books.currency}{locked}) can be read, and their folder written."

    def books(self) -> Books:
        read = self._read_books()
        return Books(read.name, read.currency, read.locked_to)

    def accounts(self) -> list[LedgerAccount]:
        """The chart of books.json, or one of our own that is enough for write-offs."""
        told = self._read_books().accounts
        return list(CHART) if told is None else [LedgerAccount(one.code, one.name, one.kind, one.why_not) for one in told]

    def find(self, key: str, *, narration: str = "", since: datetime | None = None) -> list[LedgerDoc]:
        del narration, since
        return [doc for doc in self._docs(self._journals.read()).values() if doc.key == key]

    def document(self, external_id: str) -> LedgerDoc | None:
        return self._docs(self._journals.read()).get(external_id)

    def journals(self, *, changed_since: datetime | None) -> Iterator[list[LedgerDoc]]:
        docs = [doc for doc in self._docs(self._journals.read()).values() if changed_since is None or _changed(doc) >= changed_since]
        yield from (docs[start : start + PAGE] for start in range(0, len(docs), PAGE))

    def draft(self, journal: JournalDraft, *, idempotency_key: str) -> LedgerDoc:
        """Append a draft; one that came with this idempotency key is shown again instead. Drafts are taken in closed months too."""
        if not journal.is_balanced:
            raise ValueError("A journal has two lines or more, and its debits equal its credits.")
        self._known(journal)
        with self._journals.changing() as raw:
            entries = self._entries(raw)
            made = next((one.id for one in entries if one.idempotency_key == idempotency_key), "")
            if not made:
                made = f"{len({one.id for one in entries}) + 1:08d}"
                raw = self._append(_drafted(made, journal, idempotency_key, self._clock()))
            doc = self._docs(raw)[made]
        if doc.key != journal.key:
            raise Conflict(PARTNER, "The ledger was given another journal under this key.", current=doc.external_id)
        return doc

    def post(self, external_id: str) -> LedgerDoc:
        with self._journals.changing() as raw:
            doc = self._docs(raw).get(external_id)
            if doc is None or doc.status == DocStatus.VOID:
                raise Rejected(PARTNER, "The ledger has no such draft.")
            if doc.status != DocStatus.POSTED:
                self._open(doc.on)
                raw = self._append(_Entry(external_id, self._clock(), status=DocStatus.POSTED.value))
            return self._docs(raw)[external_id]

    def drop(self, external_id: str) -> None:
        with self._journals.changing() as raw:
            doc = self._docs(raw).get(external_id)
            if doc and doc.status == DocStatus.POSTED:
                raise Rejected(PARTNER, "It is posted, so it is reversed, not dropped.")
            if doc and doc.status != DocStatus.VOID:
                self._append(_Entry(external_id, self._clock(), status=DocStatus.VOID.value))

    def credit(self, credit: CreditDraft, *, idempotency_key: str) -> CreditDoc:
        """Append a credit note, once for each key. Raises Conflict where another stands under it."""
        del idempotency_key
        with self._credits.changing() as raw:
            standing = self._credit_of(raw, credit.key)
            if standing is None:
                self._open(credit.on)
                standing = _Credit(f"{len(raw) + 1:08d}", credit.key, self._clock(), **_credited(credit))
                self._credits.append(msgspec.json.encode(standing))
        if _credited(standing) != _credited(credit):
            raise Conflict(PARTNER, "The ledger has another credit note under this number.", current=standing.id)
        return _shown(standing)

    def find_credit(self, key: str) -> CreditDoc | None:
        standing = self._credit_of(self._credits.read(), key)
        return _shown(standing) if standing else None

    def _read_books(self) -> _Books:
        try:
            return _books.decode((self._folder / "books.json").read_bytes())
        except FileNotFoundError:
            return _Books()
        except OSError as error:
            raise Unreachable(PARTNER, "The ledger's folder cannot be read.") from error
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Unreadable(PARTNER, "books.json is not as agreed. Correct it, or move it away for books without a closed day.") from error

    def _open(self, on: date) -> None:
        locked_to = self._read_books().locked_to
        if locked_to and on <= locked_to:
            raise PeriodClosed(PARTNER, f"The books are closed to {locked_to:%d.%m.%Y}.", locked_to=locked_to)

    def _known(self, journal: JournalDraft) -> None:
        chart = {account.code: account for account in self.accounts()}
        for line in journal.lines:
            if line.account not in chart:
                raise Rejected(PARTNER, f"There is no account {line.account}.", fields={"account": [line.account]})
            if why := chart[line.account].why_not:
                raise Rejected(PARTNER, f"Account {line.account}: {why}", fields={"account": [line.account]})

    def _append(self, entry: _Entry) -> list[bytes]:
        return self._journals.append(msgspec.json.encode(entry))

    def _entries(self, raw: list[bytes]) -> list[_Entry]:
        return [_decoded(_entry, line, "journals.jsonl") for line in raw]

    def _docs(self, raw: list[bytes]) -> dict[str, LedgerDoc]:
        said: dict[str, dict[str, Any]] = {}
        for entry in self._entries(raw):
            told = {name: value for name in entry.__struct_fields__ if (value := getattr(entry, name)) is not None}
            said.setdefault(entry.id, {}).update(told)
        return {external_id: _doc(columns) for external_id, columns in said.items()}

    def _credit_of(self, raw: list[bytes], key: str) -> _Credit | None:
        credits_ = (_decoded(_credit, line, "credits.jsonl") for line in raw)
        return next((one for one in credits_ if one.key == key), None)


def _decoded(decoder: "msgspec.json.Decoder[Any]", line: bytes, file: str) -> Any:
    try:
        return decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable(PARTNER, f"A line of {file} is not as we wrote it. Put it right, or mend it from a backup.") from error


def _drafted(external_id: str, journal: JournalDraft, idempotency_key: str, at: datetime) -> _Entry:
    lines = [_Line(line.account, line.amount_pence, line.memo) for line in journal.lines]
    about: dict[str, Any] = {"on": journal.on, "narration": journal.narration, "link": journal.link, "lines": lines}
    return _Entry(external_id, at, status=DocStatus.DRAFT.value, idempotency_key=idempotency_key, **about)


def _doc(columns: dict[str, Any]) -> LedgerDoc:
    raw, narration, on = columns.get("status", ""), columns.get("narration", ""), columns.get("on")
    if on is None:
        raise Unreadable(PARTNER, f"journals.jsonl changes {columns['id']}, which no line has made.")
    return LedgerDoc(
        external_id=columns["id"],
        number=f"J{columns['id']}",
        status=DocStatus(raw) if raw in list(DocStatus) else DocStatus.OTHER,
        raw_status=raw,
        on=on,
        narration=narration,
        key=key_in(narration),
        lines=tuple(LedgerLine(line.account, line.amount_pence, line.memo) for line in columns.get("lines", ())),
        changed_at=columns["at"],
    )


def _changed(doc: LedgerDoc) -> datetime:
    return doc.changed_at or datetime.max.replace(tzinfo=UTC)


def _credited(credit: CreditDraft | _Credit) -> dict[str, Any]:
    return {name: getattr(credit, name) for name in ("on", "customer", "description", "amount_pence", "account", "invoice")}


def _shown(credit: _Credit) -> CreditDoc:
    left = 0 if credit.invoice else credit.amount_pence
    return CreditDoc(credit.id, credit.key, DocStatus.POSTED, credit.amount_pence, left)
