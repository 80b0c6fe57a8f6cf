"""What stands on the checklist of write-offs."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings

from returns.models import Photo, WriteOff
from returns.queries.worth import accounts
from returns.rules import evidence
from returns.rules.journal import CannotDraft, Worth, draft


@dataclass(frozen=True)
class Standing:
    """One write-off's checklist. `fault` and `sentence` say what is wrong with its value, "" where nothing is."""

    found: evidence.Evidence
    photos_wanted: int
    fault: str = ""
    sentence: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        return evidence.missing(self.found, photos=self.photos_wanted)

    @property
    def checklist(self) -> list[evidence.Item]:
        return evidence.checklist(self.found, photos=self.photos_wanted)


def standing_of(write_offs: Collection[WriteOff]) -> dict[int, Standing]:
    """{write-off id: its checklist}. Two statements however many."""
    photos, named = photos_of(write_offs), accounts()
    return {write_off.pk: _standing(write_off, len(photos.get(write_off.item_id or 0, ())), named) for write_off in write_offs}


def photos_of(write_offs: Collection[WriteOff]) -> Mapping[int, Sequence[str]]:
    """{returned garment's id: the SHA-256 of each photo that is kept of it}. One statement."""
    items = {write_off.item_id for write_off in write_offs if write_off.item_id}
    rows = Photo.objects.filter(item__in=items).exclude(sha256="").order_by().values_list("item", "sha256") if items else ()
    found: dict[int, list[str]] = defaultdict(list)
    for item, sha256 in rows:
        found[item].append(sha256)
    return found


def worth_of(write_off: WriteOff) -> Worth | None:
    """What it stands at; None while no value is known."""
    if write_off.cost_pence is None or not write_off.ledger_class:
        return None
    return Worth(write_off.ledger_class, write_off.cost_pence, write_off.depreciation_pence or 0)


def _standing(write_off: WriteOff, photos: int, named: Mapping[str, str]) -> Standing:
    fault, sentence = value_fault(worth_of(write_off), named)
    return Standing(
        evidence.Evidence(
            photos=photos,
            reason=write_off.reason,
            route=write_off.route,
            certificate=write_off.certificate,
            has_value=fault in ("", "account"),
            has_accounts=fault != "account",
            carrying_pence=write_off.carrying_pence,
            can_have_photos=write_off.item_id is not None,
        ),
        photos_wanted=evidence.photos_wanted(
            write_off.carrying_pence, above_pence=settings.WRITE_OFF_PHOTOS_ABOVE_PENCE, above=settings.WRITE_OFF_PHOTOS_ABOVE
        ),
        fault=fault,
        sentence=sentence,
    )


def value_fault(worth: Worth | None, named: Mapping[str, str]) -> tuple[str, str]:
    """(kind, sentence) of what keeps a journal from being drafted; empty where nothing does."""
    if worth is None:
        return "unknown", "Nobody has said what the garment stands at in the books: enter its cost and ledger class."
    try:
        draft(worth, named, memo="")
    except CannotDraft as fault:
        return fault.fault, str(fault)
    return "", ""
