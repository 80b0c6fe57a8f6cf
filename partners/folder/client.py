"""The shop as a folder: JSON orders in, CSV out. The format: docs/partners/folder.md."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from partners.errors import RecordError, Rejected, Unreachable
from partners.folder.fulfilments import Fulfilments
from partners.folder.holds import Holds
from partners.folder.products import Eligibility, decode_product, pages_of
from partners.folder.records import decode_order
from partners.folder.stock import Stock
from partners.pages import Page
from partners.shop import (
    LockerSize,
    Milestone,
    Place,
    Reason,
    RefundDoc,
    RefundDraft,
    SizeTold,
    StockAnswer,
    StockChange,
    StockLevel,
    StoreOrder,
    StoreProduct,
)
from partners.values import identifier, instant_at

PARTNER = "store"
OVERLAP = timedelta(minutes=10)
PAGE, PAGE_BYTES = 500, 25_000_000
MOST_BYTES = 20_000_000
NEVER = datetime.min.replace(tzinfo=UTC)


class _Stamp(msgspec.Struct):
    """Only what decides whether and where a file is read."""

    updatedAt: str = ""
    id: str | int = ""


_stamp = msgspec.json.Decoder(_Stamp)


class _Place(NamedTuple):
    """Where a file stands in the order of reading. NEVER: unreadable, to be looked at every time until it is written anew."""

    updated_at: datetime
    order_id: str


class FolderStore:
    """A shop that writes files. Every method raises Unreachable when the folder cannot be used."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.folder, self._clock = folder, clock
        self._holds, self._sent = Holds(folder / "out"), Fulfilments(folder / "out")
        self._stock = Stock(folder)
        self._eligibility = Eligibility(folder / "out")
        self._places: dict[str, tuple[tuple[int, int, int], _Place]] = {}

    def orders(self, cursor: str) -> Iterator[Page]:
        """Pages of raw order files changed since `cursor` less ten minutes, oldest change first.

        The cursor is the shop's own latest `updatedAt` with the order's id; a page that is not beyond it has none. A file
        dated in the future is read, and read again until its time has come, but never moves the cursor past what is still to
        be written. A file nobody can read comes in every run, so that its rejection stays.
        """
        reached, now = _place_of(cursor), self._clock()
        since = reached.updated_at - OVERLAP if cursor else NEVER
        changed = sorted((place, path) for place, path in self._files() if place.updated_at == NEVER or place.updated_at >= since)
        for some in _pages(changed):
            beyond = [place for place, _ in some if place > reached and NEVER < place.updated_at <= now]
            reached = max([reached, *beyond])
            records = [record for _, record in some]
            moved = _cursor(reached) if beyond else None
            yield Page(records=records, cursor=moved, source="orders/*.json", body=b"\n".join(records))

    def order(self, number: str, *, store_id: str) -> bytes | None:
        """The order's file as it stands now; None when no file has this id."""
        sought = identifier(store_id).encode("ascii", "replace").decode()
        return next((_read(path) for place, path in self._files() if place.order_id == sought), None)

    def decode(self, raw: bytes) -> StoreOrder:
        return decode_order(raw)

    def products(self, cursor: str) -> Iterator[Page]:
        """The rows of products.csv, where it is another file than `cursor` says."""
        return pages_of(self.folder / "products.csv", cursor)

    def decode_product(self, raw: bytes) -> StoreProduct:
        return decode_product(raw)

    def tell_sizes(self, lines: Sequence[LockerSize]) -> dict[str, SizeTold]:
        """Show in out/eligibility.csv which locker takes each product."""
        return self._eligibility.tell(lines, at=self._now())

    def shows_sizes(self, lines: Sequence[LockerSize]) -> bool:
        """Whether the file shows all of these as we wanted."""
        return self._eligibility.shown(lines)

    def hold(self, number: str, *, store_id: str, handle: str, reason: str, note: str) -> bool:
        """Show a hold in the shop. False when one with this handle stands already."""
        row = {"handle": handle, "order": number, "reason": reason, "note": note, "placed_at": self._now(), "released_at": ""}
        return self._holds.place(row)

    def release(self, number: str, *, store_id: str, handle: str) -> bool:
        """Lift a hold. False when none with this handle stands."""
        return self._holds.release(handle, at=self._now())

    def ship(self, number: str, *, store_id: str, tracking: str, url: str, instead_of: str = "", notify: bool = True) -> tuple[str, bool]:
        """Show the order as sent, or its number corrected. A folder gives no ids: the order's number finds the row."""
        row = {"order": number, "kind": "", "tracking_number": tracking, "url": url, "company": "InPost", "at": self._now()}
        return number, self._sent.ship(row | {"notify": "yes" if notify else "no"}, instead_of=instead_of)

    def milestone(self, number: str, *, store_id: str, tracking: str, milestone: Milestone, happened_at: datetime) -> tuple[str, bool]:
        """Show how far the parcel with our number is. The order's number finds the row."""
        since = happened_at.astimezone(UTC).isoformat(timespec="seconds")
        row = {"key": "", "order": number, "milestone": milestone.value, "tracking_number": tracking, "happened_at": since}
        return number, self._sent.reach(row | {"at": self._now()})

    def tag(self, number: str, *, store_id: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> bool:
        """A folder has no tags: holds.csv says the same."""
        return False

    def places(self) -> tuple[Place, ...]:
        """A folder counts only what can be bought."""
        return (Place.SALE,)

    def levels(self, skus: Sequence[str], *, place: Place = Place.SALE) -> Iterator[list[StockLevel]]:
        """What the shop shows, by the later of levels.csv and out/stock.csv."""
        yield self._stock.levels(skus)

    def set_levels(
        self, changes: Sequence[StockChange], *, key: str, reference: str, reason: Reason = Reason.CORRECTION, place: Place = Place.SALE
    ) -> list[StockAnswer]:
        """Write them into out/stock.csv, whole or not at all."""
        return self._stock.set(changes, reference=reference, at=self._clock().astimezone(UTC).isoformat())

    def refund(self, refund: RefundDraft, *, idempotency_key: str) -> RefundDoc:
        """A folder holds no money: what is due goes out as a credit note of the ledger. Always raises Rejected."""
        raise Rejected(PARTNER, "A folder gives no money back. Decline it here, and give a credit note in the ledger instead.")

    def find_refund(self, key: str, *, store_id: str) -> RefundDoc | None:
        return None

    def watch(self, callback: str) -> tuple[str, ...]:
        """A folder tells nobody: it is looked at every minute."""
        return ()

    def check(self) -> str:
        """Prove that orders can be read and holds written; say so in a sentence."""
        count = sum(1 for _ in self._files())
        self._holds.check()
        return f"{count} order file{'s' if count != 1 else ''} can be read, and the out folder can be written."

    def _files(self) -> Iterator[tuple[_Place, Path]]:
        """Every order file and its place. A file that has not changed since this process last looked is not opened again."""
        kept, self._places = self._places, {}
        for entry in self._entries():
            with suppress(FileNotFoundError):
                status, known = entry.stat(), kept.get(entry.name)
                sign = (status.st_mtime_ns, status.st_size, status.st_ino)
                place = known[1] if known and known[0] == sign else _read_place(Path(entry.path))
                self._places[entry.name] = (sign, place)
                yield place, Path(entry.path)

    def _entries(self) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.folder / "orders") as entries:
                return [entry for entry in entries if entry.name.endswith(".json") and not entry.name.startswith(".") and entry.is_file()]
        except OSError as error:
            raise Unreachable(PARTNER, "The shop's folder has no orders folder that can be read. Check STORE_FOLDER.") from error

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")


def _pages(files: list[tuple[_Place, Path]]) -> Iterator[list[tuple[_Place, bytes]]]:
    """At most 500 records and some 25 MB at a time. A file that went away meanwhile was replaced by another."""
    some: list[tuple[_Place, bytes]] = []
    size = 0
    for place, path in files:
        with suppress(FileNotFoundError):
            some.append((place, _read(path)))
            size += len(some[-1][1])
        if len(some) == PAGE or size >= PAGE_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


def _read(path: Path) -> bytes:
    """The file's bytes, b"" when we may not read it."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except FileNotFoundError:
        raise
    except OSError:
        return b""


def _read_place(path: Path) -> _Place:
    try:
        stamp = _stamp.decode(_read(path))
        return _Place(instant_at(stamp.updatedAt, "$.updatedAt"), identifier(str(stamp.id)).encode("ascii", "replace").decode())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, RecordError):
        return _Place(NEVER, path.name)


def _cursor(place: _Place) -> str:
    return f"{place.updated_at.isoformat()}|{place.order_id}"


def _place_of(cursor: str) -> _Place:
    if not cursor:
        return _Place(NEVER, "")
    updated_at, _, order_id = cursor.partition("|")
    return _Place(datetime.fromisoformat(updated_at), order_id)
