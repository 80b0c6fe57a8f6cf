"""The sheet that is read before many write-offs are approved, and what is told afterwards: in words, with the sums."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from returns.models import WriteOff
from returns.queries.desk import rows, words
from returns.queries.desk.who import day
from returns.states import Method

CHANGED = "It has changed since you picked it. Look at it, then pick it again."
GONE = "There is no such write-off."


@dataclass(frozen=True)
class Sheet:
    """What one approval would say: its rows, and those that would be left as they are with the reason."""

    rows: list[rows.Row]
    left: list[tuple[str, str]]
    pence: int
    sentence: str
    remarks: list[str]
    entries: list[words.Entry]

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def value(self) -> str:
        return words.money(self.pence)


def sheet(
    picked: Mapping[str, str], found: Collection[WriteOff], *, why_not: Callable[[WriteOff], str], by_day: bool, at: datetime
) -> Sheet:
    """`picked` is {reference: the hash seen}; what has another by now is left out. Three statements."""
    shown = {row.reference: row for row in rows.rows_of(found, why_not=why_not, group="week", at=at)}
    known = {one.reference: one for one in found}
    left = [(reference, why) for reference, seen in picked.items() if (why := _left(known.get(reference), seen, shown))]
    gone = {reference for reference, _ in left}
    going = [known[reference] for reference in picked if reference not in gone]
    return Sheet(
        rows=[shown[one.reference] for one in going],
        left=left,
        pence=sum(one.carrying_pence or 0 for one in going),
        sentence=_sentence(going, by_day),
        remarks=list(_remarks(going)),
        entries=words.summed([one.lines for one in going], words.account_names()),
    )


def _left(one: WriteOff | None, seen: str, shown: Mapping[str, rows.Row]) -> str:
    if one is None:
        return GONE
    return shown[one.reference].why_not or (CHANGED if one.lines_hash != seen else "")


def _sentence(going: Collection[WriteOff], by_day: bool) -> str:
    posts = [one for one in going if one.method == Method.JOURNAL]
    if not posts:
        return "Nothing of it is posted to the ledger."
    days = sorted({one.post_on for one in posts if one.post_on})
    dated = f", dated {day(days[0])}" if len(days) == 1 else f", dated from {day(days[0])} to {day(days[-1])}" if days else ""
    if len(posts) == 1:
        return f"It posts as one journal{dated}."
    return f"They post as one journal a day{dated}." if by_day else f"They post as {len(posts):,} journals, one for each garment{dated}."


def _remarks(going: Collection[WriteOff]) -> list[str]:
    second = sum(one.needs_second and not one.first_by_id for one in going)
    not_ours = sum(one.method == Method.NONE for one in going)
    adjusted = sum(one.method == Method.STOCK_ADJUSTMENT for one in going)
    told = (
        (second, "a second person must approve after you; until then nothing of it is posted."),
        (not_ours, "not ours, so nothing of it is posted."),
        (adjusted, "goes to the ledger as a stock adjustment, not as a journal."),
    )
    return [f"{count} of {len(going)}: {what}" for count, what in told if count]


@dataclass(frozen=True)
class Result:
    """What became of an approval of many: what is said, and of which write-offs."""

    title: str
    lede: str
    done: list[tuple[str, list[str]]]
    held: list[tuple[str, list[str]]]
