"""The warehouse's stock through the days: ACS drops one file a day, as of ten past six in London."""

import os
import random
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from partners.sandbox.goods import Product
from partners.sandbox.orders import Order, stamp
from partners.sandbox.warehouse import sums
from partners.sandbox.warehouse.files import SPOILED, File, Row, name_of, right
from partners.sandbox.warehouse.garments import FEWEST_FILES, Garment, stocked
from partners.sandbox.warehouse.words import ABSENT, READY, WITH_CUSTOMER

AS_OF, LONDON, WRITTEN_AFTER = time(6, 10), ZoneInfo("Europe/London"), timedelta(minutes=10)
PICKED, DESPATCHED = ("Pick Confirmed", "Packed"), "Despatched"
INFLATED, SHORT = 3, 8
AtAcs = Mapping[str, Mapping[str, Any]]


class Stock:
    """Guarded by the world's lock. `shown` is what the shop showed of each SKU at the start; `seeded` how many files are the past."""

    def __init__(self, seed: int, products: list[Product], orders: list[Order], start: datetime, days: int) -> None:
        rng = random.Random(f"stock {seed}")  # noqa: S311 - a make-believe world, not a secret
        self.seeded = max(days + 1, FEWEST_FILES)
        self.orders, self.skus = orders, [product.sku for product in products]
        last = _last_day(start)
        self.as_ofs = [_as_of(last - timedelta(days=back)) for back in reversed(range(self.seeded))]
        self.garments = {one.rfid: one for one in stocked(rng, products, sums.wanted(orders), self.seeded)}
        self._says = [one.history[-1] for one in self.garments.values()]
        self._ripe = sums.ripe(self.garments.values(), self.as_ofs, start)
        self.shown = self._shown(rng)
        self.folder: Path | None = None
        self.waits = ""
        self.owed: int | None = None

    def plan(self, without: Collection[str] = ()) -> dict[str, Any]:
        """What the world holds at its start, with these orders left out of what is sold."""
        return sums.told(self._says, self.sellable(without), self.shown)

    def sellable(self, without: Collection[str] = ()) -> dict[str, int]:
        return sums.sellable(self.skus, self._ripe, sums.wanted(self.orders, without))

    def _shown(self, rng: random.Random) -> dict[str, int]:
        """Most SKUs are right; of a few the shop shows more than there is, of some others less."""
        right = self.sellable()
        some = rng.sample(sorted(right), min(INFLATED + SHORT, len(right)))
        more = {sku: right[sku] + rng.randint(3, 6) for sku in some[:INFLATED]}
        less = {sku: max(0, right[sku] - rng.randint(1, 3)) for sku in some[INFLATED:]}
        return right | more | less

    # --- files -----------------------------------------------------------------------------------------------------------------

    def open(self, folder: Path) -> None:
        """The files of the past, oldest first. What an earlier world left in this folder is taken away first."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("acs_stock_*.csv"):
            old.unlink()
        self.folder = folder
        for place in range(len(self.as_ofs)):
            path = self._put(place, right(self.rows(place)))
            written_at = (self.as_ofs[place] + WRITTEN_AFTER).timestamp()
            os.utime(path, (written_at, written_at))

    def drop_due(self, now: datetime, at_acs: AtAcs) -> None:
        """A file for each ten past six that has gone by, where there is a folder for it; one that is late or goes missing does not come."""
        while self.folder and self._next_as_of() <= now:
            place = self.move_on(at_acs)
            if self.waits:
                self.owed, self.waits = place if self.waits == "late" else None, ""
            else:
                self._put(place, right(self.rows(place)))

    def drop(self, at_acs: AtAcs, kind: str = "", day: int | None = None) -> dict[str, Any]:
        """The file of a day, 0 being the last of the past; without one what is owed, or the next day's. Says where and what.

        The newest day's, written anew, knows what has been moved by hand meanwhile.

        Raises ValueError for a kind or a day it does not know, and where no folder is open.
        """
        if kind in ("late", "missing"):
            self.waits = kind
            return {"kind": kind, "path": None, "as_of": stamp(self._next_as_of()), "rows": 0, "about": f"the next file is {kind}"}
        if kind and kind not in SPOILED:
            raise ValueError(f"unknown kind; choose one of late, missing, {', '.join(SPOILED)}")
        place = self._place(kind, day)
        if place == len(self.as_ofs) - 1:
            for one in self.garments.values():
                one.history[-1] = one.status
        while len(self.as_ofs) <= place:
            newest = self.move_on(at_acs)
            if newest < place:
                self._put(newest, right(self.rows(newest)))
        made = SPOILED.get(kind, right)(self.rows(place))
        path = self._put(place, made)
        return {"kind": kind, "path": str(path), "as_of": stamp(self.as_ofs[place]), "rows": made.rows, "about": made.about}

    def _place(self, kind: str, day: int | None) -> int:
        if day is not None:
            place = self.seeded - 1 + day
            if place < 0:
                raise ValueError(f"day is at least {1 - self.seeded}, the first file of this world")
            return place
        if kind == "older":
            return len(self.as_ofs) - 3
        owed, self.owed = self.owed, None
        return len(self.as_ofs) if owed is None or kind else owed

    def _put(self, place: int, file: File) -> Path:
        """Written beside its final name and renamed, so that nobody meets half a file."""
        if self.folder is None:
            raise ValueError("no folder has been opened for the stock files")
        path = self.folder / name_of(self.as_ofs[place])
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(file.body)
        os.replace(part, path)
        return path

    def rows(self, place: int) -> list[Row]:
        """What the file of this place says, by SKU and RFID."""
        newest = place == len(self.as_ofs) - 1
        kept = [one for one in self.garments.values() if one.history[place] != ABSENT]
        return [self._row(one, place, newest=newest) for one in sorted(kept, key=lambda one: (one.sku, one.rfid))]

    def _row(self, one: Garment, place: int, *, newest: bool) -> Row:
        order = one.order if newest else ""
        return (one.sku, one.rfid, one.history[place], one.size, one.grade, str(stamp(self._scanned(one, place))), order)

    def _scanned(self, one: Garment, place: int) -> datetime:
        """Some hours before the first file that said so."""
        return self.as_ofs[one.since(place)] - timedelta(minutes=30 + crc32(one.rfid.encode()) % 600)

    # --- days ------------------------------------------------------------------------------------------------------------------

    def move_on(self, at_acs: AtAcs) -> int:
        """One day: orders take their garments, and each garment goes on by its script. The place of the new day's file."""
        self._serve(at_acs)
        for one in self.garments.values():
            if one.to_come:
                one.status = one.to_come.pop(0)
            one.history.append(one.status)
        self.as_ofs.append(self._next_as_of())
        return len(self.as_ofs) - 1

    def by_hand(self, wanted: Mapping[str, str]) -> None:
        """What the next file says of these, and every one after it; "" for absent. Raises KeyError for an RFID there is not."""
        for one, status in [(self.garments[rfid], status) for rfid, status in wanted.items()]:
            one.status, one.to_come = str(status), []

    def _serve(self, at_acs: AtAcs) -> None:
        """What has been picked carries its order's number, what has left is with the customer; a cancelled order gives back."""
        picked: dict[str, list[Garment]] = defaultdict(list)
        free: dict[str, list[Garment]] = defaultdict(list)
        for one in sorted(self.garments.values(), key=lambda one: (one.since(), one.rfid)):
            if one.order or one.status == READY:
                (picked[one.order] if one.order else free[one.sku]).append(one)
        for number, kept in sorted(at_acs.items()):
            mine = picked[number]
            if kept["status"] in (*PICKED, DESPATCHED):
                mine = mine or _picked(number, kept["order"]["OrderItems"], free)
            else:
                for one in mine:
                    one.order = ""
            if kept["status"] == DESPATCHED:
                self.by_hand({one.rfid: WITH_CUSTOMER for one in mine if one.status == READY})

    def _next_as_of(self) -> datetime:
        return _as_of(self.as_ofs[-1].astimezone(LONDON).date() + timedelta(days=1))

    # --- looking ---------------------------------------------------------------------------------------------------------------

    def told(self) -> dict[str, Any]:
        """The files so far, whether they were dropped or not, and the next one."""
        files = [{"name": name_of(as_of), "as_of": stamp(as_of), "rows": len(self.rows(place))} for place, as_of in enumerate(self.as_ofs)]
        folder = str(self.folder) if self.folder else None
        return {"folder": folder, "files": files, "next_as_of": stamp(self._next_as_of()), "waits": self.waits}

    def every(self) -> list[dict[str, str]]:
        """`since`: the first file of the run that says so; "" where no file has said it yet."""
        return [self._one(one) for one in self.garments.values()]

    def _one(self, one: Garment) -> dict[str, str]:
        said = one.status == one.history[-1]
        since = str(stamp(self.as_ofs[one.since()])) if said else ""
        return {"rfid": one.rfid, "sku": one.sku, "size": one.size, "status": one.status, "since": since, "order": one.order}


def _picked(number: str, lines: list[Mapping[str, Any]], free: dict[str, list[Garment]]) -> list[Garment]:
    """Those first that have been ready the longest; they are free no more."""
    chosen: list[Garment] = []
    for line in lines:
        count = int(line.get("ItemQuantity", 1))
        chosen += free[line["GarmentSKU"]][:count]
        del free[line["GarmentSKU"]][:count]
    for one in chosen:
        one.order = number
    return chosen


def _last_day(at: datetime) -> date:
    """The day of the newest file that is there at this instant."""
    local = at.astimezone(LONDON)
    return local.date() if local.time() >= AS_OF else local.date() - timedelta(days=1)


def _as_of(day: date) -> datetime:
    return datetime.combine(day, AS_OF, LONDON).astimezone(UTC)
