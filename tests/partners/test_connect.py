"""Which client stands behind each partner, and what it takes to make it."""

import pytest

from partners import connect
from partners.errors import Unreachable
from partners.models import Circuit
from tests.partners.acs.fake_acs import FakeAcs
from tests.partners.fake_web import FakeWeb
from tests.partners.folder.shop import Shop

ACS = {"ACS_API_URL": "http://acs.test/api", "ACS_ACCOUNT_CODE": "LSTEP", "ACS_USERNAME": "user", "ACS_PASSWORD": "word"}


@pytest.fixture
def by_basic(settings):
    for name, value in {**ACS, "ACS_SUBSCRIPTION_KEY": ""}.items():
        setattr(settings, name, value)
    return settings


class TestMissing:
    def test_names_what_must_still_be_set(self, by_basic):
        assert connect.missing("acs") == []
        by_basic.ACS_PASSWORD = ""
        assert connect.missing("acs") == ["ACS_PASSWORD"]

    def test_a_subscription_key_stands_for_the_login(self, by_basic):
        by_basic.ACS_USERNAME = by_basic.ACS_PASSWORD = by_basic.ACS_ACCOUNT_CODE = ""
        by_basic.ACS_SUBSCRIPTION_KEY = "the-key"
        assert connect.missing("acs") == []
        assert connect.needed("acs") == ("ACS_API_URL", "ACS_SUBSCRIPTION_KEY")

    @pytest.mark.parametrize("client", [connect.acs, connect.inpost, connect.points_feed, connect.store])
    def test_is_a_sentence_when_the_partner_is_wanted_all_the_same(self, settings, client):
        for names in connect.NEEDED.values():
            for name in names:
                setattr(settings, name, "")
        with pytest.raises(Unreachable, match="must be set"):
            client()


@pytest.mark.django_db
class TestUse:
    def test_the_transport_of_a_test_is_spoken_through_and_the_gate_counts(self, by_basic):
        web = FakeWeb(FakeAcs().reply)
        with connect.use({"acs": web.transport}):
            assert connect.acs().get_order("LS-1") is None

        assert len(web.asked) == 1
        assert Circuit.objects.get(partner="acs").last_good_at is not None

    def test_the_newer_host_gets_the_key_and_no_login(self, by_basic):
        by_basic.ACS_SUBSCRIPTION_KEY = "the-key"
        web = FakeWeb(FakeAcs().reply)
        with connect.use({"acs": web.transport}):
            connect.acs().get_order("LS-1")

        assert web.asked[0].path.endswith(".json")
        assert web.asked[0].headers["ocp-apim-subscription-key"] == "the-key"
        assert "authorization" not in web.asked[0].headers

    def test_what_was_used_is_forgotten_afterwards(self, by_basic):
        with connect.use({"acs": FakeWeb(FakeAcs().reply).transport}):
            inside = connect.acs()
        assert connect.acs() is not inside


class TestKept:
    def test_a_client_is_made_once_for_the_same_settings(self, by_basic):
        first = connect.acs()
        assert connect.acs() is first
        by_basic.ACS_LOCKER_FIELD = "Misc7"
        assert connect.acs() is not first

    def test_a_shop_is_its_folder(self, settings, tmp_path):
        settings.STORE_FOLDER = str(Shop(tmp_path / "shop").folder)
        assert connect.store() is connect.store()
        assert connect.store_folder() == tmp_path / "shop"


class TestSandbox:
    def test_addresses_without_tls_are_for_the_sandbox_only(self, by_basic):
        by_basic.SANDBOX = False
        by_basic.ACS_API_URL = "http://127.0.0.1:9/"
        with pytest.raises(Unreachable, match="must start with https"):
            connect.acs().get_order("LS-1")


def test_each_partner_has_a_mode(settings):
    assert {connect.mode(partner) for partner in ("acs", "inpost", "store")} <= {"observe", "live"}
    settings.MODES = {**settings.MODES, "acs": "live"}
    assert connect.mode("acs") == "live"
