"""Are we connected? Per partner: which settings are there, and what a harmless call proved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from partners import connect, gates
from partners.errors import PartnerError
from partners.models import Circuit, Feed
from partners.ports import Checkable
from partners.states import partner_title

CLIENTS: dict[str, Callable[[], Checkable]] = {
    "acs": connect.acs,
    "inpost": connect.inpost,
    "points": connect.points_feed,
    "returns": connect.returns_feed,
    "store": connect.store,
    "ledger": connect.ledger,
}


@dataclass(frozen=True)
class Checked:
    """What is known of one connection. `ok` is None where nothing is set, False where something is missing or the test failed.

    `settings` says which of the settings needed are set, never their values. `said` is what the test proved, or why it failed.
    """

    partner: str
    name: str
    mode: str
    settings: dict[str, bool]
    ok: bool | None
    said: str
    scopes: tuple[str, ...]
    last_good_at: datetime | None
    request_id: str

    @property
    def missing(self) -> list[str]:
        return [name for name, is_set in self.settings.items() if not is_set]


def check_all(at: datetime) -> list[Checked]:
    """Test every connection now, past an open circuit. Calls the partners and writes their circuits; changes nothing there."""
    return [check(partner, at) for partner in CLIENTS]


def check(partner: str, at: datetime) -> Checked:
    """Test one connection. Raises KeyError for a partner that does not exist."""
    client = CLIENTS[partner]
    missing = connect.missing(partner)
    is_set = {setting: setting not in missing for setting in connect.needed(partner)}
    not_built = connect.why_not_built(partner)
    ok, said, scopes, request_id = (None, "", (), "") if missing or not_built else _test(partner, client)
    if not_built:
        ok, said = False, not_built
    elif missing:
        ok = False if any(is_set.values()) else None
        said = f"Not connected: {', '.join(missing)} must be set."
    last_good = at if ok else _last_good(partner)
    return Checked(partner, partner_title(partner), mode_of(partner), is_set, ok, said, scopes, last_good, request_id)


def _test(partner: str, client: Callable[[], Checkable]) -> tuple[bool, str, tuple[str, ...], str]:
    gates.allow_probe(partner)
    try:
        made = client()
        said = made.check()
    except PartnerError as error:
        return False, error.sentence, (), error.request_id
    return True, said, getattr(made, "granted", ()), ""


def mode_of(partner: str) -> str:
    """Observe or live; the lockers and the returns are only ever read."""
    return "read only" if partner in ("points", "returns") else connect.mode(partner)


def _last_good(partner: str) -> datetime | None:
    """A folder has no line and so no circuit: there the last good feed tells."""
    feed = {"store": "store.orders", "ledger": "ledger.accounts"}.get(partner, "")
    if feed and getattr(settings, partner.upper()) == "folder":
        return Feed.objects.filter(name=feed).values_list("last_good_at", flat=True).first()
    return Circuit.objects.filter(partner=partner).values_list("last_good_at", flat=True).first()
