"""`check_connections`: what is set, what a harmless call proved, and an exit code one can trust."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from partners import connect
from partners.connections import CLIENTS, Checked, check, check_all
from partners.errors import Unreachable
from partners.models import Circuit, Feed
from partners.states import PARTNERS
from tests.partners.acs.fake_acs import FakeAcs
from tests.partners.fake_web import FakeWeb
from tests.partners.folder.shop import Shop
from tests.partners.inpost.fake_inpost import FakeFeed, FakeInPost
from tests.partners.xero.fake_xero import FakeXero

pytestmark = pytest.mark.django_db
SETTINGS = {
    "ACS_API_URL": "http://acs.test/api",
    "ACS_ACCOUNT_CODE": "LSTEP",
    "ACS_USERNAME": "user",
    "ACS_PASSWORD": "word",
    "ACS_SUBSCRIPTION_KEY": "",
    "INPOST_API_URL": "http://inpost.test",
    "INPOST_TOKEN_URL": "http://inpost.test/oauth2/token",
    "INPOST_CLIENT_ID": "client",
    "INPOST_CLIENT_SECRET": "secret",
    "INPOST_ORGANIZATION_ID": "org",
    "INPOST_POINTS_URL": "http://points.test/v1/points",
}


@dataclass
class World:
    """Everybody we are connected to, and what was asked of them."""

    acs: FakeWeb
    inpost: FakeWeb
    points: FakeWeb

    def asked(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for web in (self.acs, self.inpost, self.points) for asked in web.asked]


@pytest.fixture
def world(settings, tmp_path) -> Iterator[World]:
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    settings.MODES = dict.fromkeys(settings.MODES, "observe")
    settings.STORE_FOLDER = str(Shop(tmp_path / "shop").folder)
    settings.LEDGER, settings.LEDGER_FOLDER = "folder", str(tmp_path / "books")
    made = World(FakeWeb(FakeAcs().reply), FakeWeb(FakeInPost().reply), FakeWeb(FakeFeed([b"{}"]).reply))
    with connect.use({"acs": made.acs.transport, "inpost": made.inpost.transport, "points": made.points.transport}):
        yield made


@pytest.fixture
def run(capsys) -> Callable[..., tuple[int, str]]:
    def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        try:
            call_command("check_connections", *arguments)
        except SystemExit as end:
            return int(end.code or 0), capsys.readouterr().out
        return 0, capsys.readouterr().out

    return run


def by_partner(found: list[Checked]) -> dict[str, Checked]:
    return {checked.partner: checked for checked in found}


def test_everything_connected_works_and_nothing_is_changed_there(world, noon):
    found = {partner: checked for partner, checked in by_partner(check_all(noon)).items() if partner != "returns"}

    assert {partner: checked.ok for partner, checked in found.items()} == dict.fromkeys(set(CLIENTS) - {"returns"}, True)
    assert found["inpost"].scopes == ("openid", "api:points:read")
    assert {checked.last_good_at for checked in found.values()} == {noon}
    assert all(checked.said and not checked.missing for checked in found.values())
    assert [asked for asked in world.asked() if asked.startswith("P")] == ["POST /oauth2/token"]


def test_the_command_prints_one_json_object_and_exits_0(world, run):
    code, out = run("--json")
    told = json.loads(out.splitlines()[-1])

    assert (code, told["ok"]) == (0, True)
    assert [partner["partner"] for partner in told["partners"]] == list(CLIENTS)
    assert set(told["partners"][0]) >= {"ok", "said", "settings", "missing", "scopes", "mode", "last_good_at"}
    assert not any(secret in out for secret in ("word", "secret"))


def test_one_that_fails_fails_the_command_and_says_why(world, run, settings):
    settings.ACS_PASSWORD = "changed"
    code, out = run()

    assert code == 1
    assert "ACS (observe): FAILS" in out
    assert "refuses our credentials" in out
    assert "InPost (observe): works" in out
    assert "changed" not in out


def test_half_a_set_of_settings_is_a_mistake(world, noon, settings, run):
    settings.INPOST_CLIENT_SECRET = ""
    checked = check("inpost", noon)

    assert (checked.ok, checked.missing) == (False, ["INPOST_CLIENT_SECRET"])
    assert checked.said == "Not connected: INPOST_CLIENT_SECRET must be set."
    assert run()[0] == 1


def test_a_partner_nobody_set_up_is_no_mistake(world, settings, run):
    settings.INPOST_POINTS_URL = ""
    code, out = run()

    assert code == 0
    assert "InPost's locker list (read only): not connected" in out


def test_nothing_connected_at_all_is_no_success(settings, run):
    for name in (*SETTINGS, "STORE_FOLDER", "LEDGER_FOLDER"):
        setattr(settings, name, "")
    assert run()[0] == 1


def test_a_closed_line_is_tested_all_the_same_and_opens(world, noon):
    now = timezone.now()
    closed = {"opened_at": now, "probe_at": now, "denied_at": now, "throttled_until": now + timedelta(hours=9)}
    Circuit.objects.create(partner="acs", failures=9, **closed)

    assert check("acs", noon).ok
    assert Circuit.objects.get(partner="acs").denied_at is None


def test_a_failure_still_tells_when_it_last_worked(world, noon, settings):
    yesterday = noon - timedelta(days=1)
    Circuit.objects.create(partner="acs", last_good_at=yesterday)
    Feed.objects.create(name="store.orders", last_good_at=yesterday)
    settings.ACS_PASSWORD, settings.STORE_FOLDER = "changed", "/nowhere"

    found = by_partner(check_all(noon))
    assert [found[partner].last_good_at for partner in ("acs", "store")] == [yesterday] * 2
    assert found["acs"].request_id


def test_a_ledger_that_is_not_built_yet_says_so_and_fails(world, noon, settings, run):
    settings.LEDGER = "netsuite"

    checked = check("ledger", noon)

    assert (checked.ok, "not built yet" in checked.said) == (False, True)
    assert run()[0] == 1
    with pytest.raises(Unreachable):
        connect.ledger()


def test_the_ledger_that_is_chosen_is_the_one_that_is_spoken_to(world, noon, settings):
    fake = FakeXero(locked_to=noon.date())
    settings.LEDGER, settings.XERO_API_URL, settings.XERO_TOKEN_URL = "xero", "http://xero.test/api", "http://xero.test/token"
    settings.XERO_CLIENT_ID, settings.XERO_CLIENT_SECRET, settings.XERO_TENANT_ID = "us", "word", "tenant"

    with connect.use({"ledger": fake.web.transport}):
        checked = check("ledger", noon)

    assert (checked.ok, checked.said) == (True, "Xero grants a token and opens the books of Demo Hire (GBP, closed to 09.06.2026).")
    assert "accounting.manualjournals" in checked.scopes


def test_every_partner_has_a_name_people_use(noon: datetime):
    assert set(CLIENTS) <= set(PARTNERS)
