"""The returns of one page as they stand, and as they will once everything that ACS said is taken over. Writes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b

from partners.acs.returns import AcsReturn, PhotoAt, ReturnedItem
from partners.mappings import fold
from returns.models import Return, ReturnItem

TEXTS = ("rfid", "sku", "grader", "station", "reason", "note")
FOLLOWED = {"rfid", "sku", "grader", "reason", "repair_pence"}  # what a write-off repeats, and who may not approve it hangs on
Key = tuple[str, str]  # (ACS's number of the return, line)


class Did(Enum):
    """What a record brought: only new things, something new of what was known, nothing."""

    CREATED = "created"
    CHANGED = "changed"
    NOTHING = "nothing"


def content_hash(ret: Return) -> str:
    said = (ret.acs_id, ret.order_number, ret.tracking_number, ret.arrived_at.isoformat(), ret.told_at.isoformat())
    return blake2b("\n".join(said).encode(), digest_size=16).hexdigest()


@dataclass
class Book:
    """`take` takes over one record after another; the other fields then say what is to be written."""

    returns: dict[str, Return]
    items: dict[Key, ReturnItem]
    photos: set[tuple[str, str, str]]
    new_returns: set[str] = field(default_factory=set)
    moved_returns: set[str] = field(default_factory=set)
    renumbered: set[str] = field(default_factory=set)
    moved_items: set[Key] = field(default_factory=set)
    looked: dict[Key, None] = field(default_factory=dict)
    new_photos: list[tuple[Key, PhotoAt]] = field(default_factory=list)
    regraded: list[tuple[Key, str, str]] = field(default_factory=list)
    grades: list[str] = field(default_factory=list)

    @property
    def touched_returns(self) -> list[Return]:
        """New or changed, or with a garment that is."""
        ids = self.new_returns | self.moved_returns | {acs_id for acs_id, _ in self.moved_items}
        return [self.returns[acs_id] for acs_id in sorted(ids)]

    @property
    def touched_items(self) -> list[ReturnItem]:
        return [item for key, item in self.items.items() if key in self.moved_items]

    @property
    def to_look_at(self) -> list[ReturnItem]:
        """Graded, graded otherwise, or graded and something else that its write-off repeats is told now."""
        return [self.items[key] for key in self.looked]

    def take(self, said: AcsReturn) -> Did:
        is_new, moved = self._take_header(said)
        told = [self._take_item(said, each) for each in said.items]
        if (is_new or told) and all(each == Did.CREATED for each in told):
            return Did.CREATED
        return Did.CHANGED if moved or any(each != Did.NOTHING for each in told) else Did.NOTHING

    def _take_header(self, said: AcsReturn) -> tuple[bool, bool]:
        """(whether the return is new, whether anything of it changed)."""
        ret = self.returns.get(said.acs_id)
        if ret is None:
            facts = {name: getattr(said, name) for name in ("acs_id", "order_number", "tracking_number", "arrived_at", "told_at")}
            self.returns[said.acs_id] = Return(**facts)
            self.new_returns.add(said.acs_id)
            return True, True
        if said.told_at < ret.told_at:
            return False, False
        heard = {name: value for name in ("order_number", "tracking_number", "arrived_at") if (value := getattr(said, name))}
        changed = [name for name, value in heard.items() if getattr(ret, name) != value]
        if "order_number" in changed:
            self.renumbered.add(ret.acs_id)
        if changed or said.told_at != ret.told_at:
            for name, value in (heard | {"told_at": said.told_at}).items():
                setattr(ret, name, value)
            self.moved_returns.add(ret.acs_id)
        return False, bool(changed)

    def _take_item(self, said: AcsReturn, each: ReturnedItem) -> Did:
        key = (said.acs_id, each.line_id)
        item, is_new = self.items.get(key), key not in self.items
        if item is None:
            item = self.items[key] = ReturnItem(ret=self.returns[said.acs_id], line_id=each.line_id)
        elif item.told_at and said.told_at < item.told_at:
            return Did.NOTHING
        changed = self._take_texts(key, item, each)
        changed |= self._take_grade(key, item, each, said)
        changed |= self._take_photos(key, each.photos)
        if is_new or changed or item.told_at != said.told_at:
            item.told_at = said.told_at
            self.moved_items.add(key)
        return Did.CREATED if is_new else Did.CHANGED if changed else Did.NOTHING

    def _take_texts(self, key: Key, item: ReturnItem, each: ReturnedItem) -> bool:
        heard = {name: value for name in TEXTS if (value := getattr(each, name))}
        heard |= {} if each.repair_pence is None else {"repair_pence": each.repair_pence}
        changed = [name for name, value in heard.items() if getattr(item, name) != value]
        for name in changed:
            setattr(item, name, heard[name])
        if FOLLOWED & set(changed) and item.raw_grade:
            self.looked[key] = None
        return bool(changed)

    def _take_grade(self, key: Key, item: ReturnItem, each: ReturnedItem, said: AcsReturn) -> bool:
        if not each.grade or (each.grade == item.raw_grade and each.graded_at in (None, item.graded_at)):
            return False
        if fold(each.grade) != fold(item.raw_grade):
            if item.raw_grade:
                item.regraded += 1
                self.regraded.append((key, item.raw_grade, each.grade))
            self.grades.append(each.grade)
            self.looked[key] = None
            item.graded_at = None
        item.raw_grade, item.graded_at = each.grade, each.graded_at or item.graded_at or said.told_at
        return True

    def _take_photos(self, key: Key, photos: Iterable[PhotoAt]) -> bool:
        new = [photo for photo in photos if (*key, photo.url) not in self.photos]
        self.photos |= {(*key, photo.url) for photo in new}
        self.new_photos += [(key, photo) for photo in {photo.url: photo for photo in new}.values()]
        return bool(new)
