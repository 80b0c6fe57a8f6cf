"""What a write-off must have before anybody approves it. Pure."""

from dataclasses import dataclass

from returns.rules.money import pounds

PHOTO, REASON, COST, ROUTE, CERTIFICATE, ACCOUNT = "photo", "reason", "cost", "route", "certificate", "account"
WORDS = {
    PHOTO: "a photo",
    REASON: "a reason",
    COST: "its value and ledger class",
    ROUTE: "where it goes",
    CERTIFICATE: "a certificate or note of what was found",
    ACCOUNT: "the account in the ledger",
}


@dataclass(frozen=True)
class Evidence:
    """What there is. `can_have_photos` is false of a garment that never came back as a return: a certificate stands for them then."""

    photos: int
    reason: str
    route: str
    certificate: str
    has_value: bool
    has_accounts: bool = True
    carrying_pence: int | None = None
    can_have_photos: bool = True


def photos_wanted(carrying_pence: int | None, *, above_pence: int, above: int) -> int:
    """How many photos it takes: one, and `above` of them where it is worth more than `above_pence`."""
    return max(1, above) if (carrying_pence or 0) > above_pence else 1


def missing(found: Evidence, *, photos: int = 1) -> tuple[str, ...]:
    """What lacks, in the order of the checklist; nothing where it is complete. `photos` is how many it takes."""
    pictured = found.photos >= photos if found.can_have_photos else bool(found.certificate.strip())
    there = {
        PHOTO if found.can_have_photos else CERTIFICATE: pictured,
        REASON: bool(found.reason.strip()),
        COST: found.has_value,
        ROUTE: bool(found.route),
        ACCOUNT: found.has_accounts,
    }
    return tuple(name for name, is_there in there.items() if not is_there)


@dataclass(frozen=True)
class Item:
    """One line of the checklist as people read it."""

    name: str
    words: str
    there: bool


def checklist(found: Evidence, *, photos: int = 1) -> list[Item]:
    """Every line of the checklist, those that lack among them."""
    lacks = missing(found, photos=photos)
    wants_photos = [PHOTO] if found.can_have_photos else [CERTIFICATE]
    return [Item(name, _words(name, found, photos), name not in lacks) for name in (*wants_photos, REASON, COST, ROUTE, ACCOUNT)]


def _words(name: str, found: Evidence, photos: int) -> str:
    if name == PHOTO and photos > 1:
        return f"{photos} photos, as it is worth {pounds(found.carrying_pence or 0)}"
    return WORDS[name]
