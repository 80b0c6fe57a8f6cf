"""What came back to the make-believe ACS, read through the real clients: everything told is kept, and nothing else follows."""

import httpx
import pytest

from config.running import run_feed
from partners import connect
from partners.models import CodeMapping
from partners.sandbox.server import Sandbox
from partners.sandbox.world import World
from returns import tasks
from returns.models import Cost, Photo, Return, ReturnItem, WriteOff

pytestmark = pytest.mark.django_db


@pytest.fixture
def acs(sandbox: Sandbox, world: World, tmp_path):
    """The costs are read, and the returns and their photos can be."""
    with connect.use(dict.fromkeys(("returns", "photos"), httpx.WSGITransport(app=sandbox))):
        path = tmp_path / "costs.csv"
        path.write_text(asked(sandbox, "/_sandbox/acs/costs.csv").decode())
        assert run_feed("costs", path=str(path)).outcome == "ok"
        yield world


def asked(sandbox: Sandbox, path: str) -> bytes:
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox), base_url="http://sandbox.test") as web:
        return web.get(path).read()


def test_what_acs_tells_is_what_we_keep(acs: World, sandbox: Sandbox, tmp_path):
    told = [item for ret in acs.returned.returns.values() for item in ret.items]

    read = run_feed("acs.returns")
    again = run_feed("acs.returns")
    fetched = tasks.fetch_photos()

    assert (read.outcome, read.rejected, Return.objects.count()) == ("ok", 0, len(acs.returned.returns))
    assert (again.outcome, again.created, again.changed) == ("ok", 0, 0)
    kept = sorted(ReturnItem.objects.values_list("rfid", "raw_grade", "grader", "repair_pence"))
    assert kept == sorted((item.rfid, item.grade, item.grader, item.repair_pence) for item in told)
    assert (fetched["kept"], fetched["refused"], fetched["later"]) == (sum(len(item.photos) for item in told), 0, 0)
    assert sorted(set(Photo.objects.values_list("content_type", flat=True))) == ["image/jpeg", "image/png"]
    beyond = {item.rfid for item in told if item.grade == "BER"}
    assert set(WriteOff.objects.values_list("rfid", flat=True)) == beyond
    assert Cost.objects.count() > len(beyond) / 2
    assert CodeMapping.objects.filter(partner="acs", kind="grade", target="").count() == 1

    path = tmp_path / "returns.csv"
    path.write_bytes(asked(sandbox, "/_sandbox/acs/returns.csv"))
    from_file = run_feed("acs.returns", path=str(path))
    assert (from_file.outcome, from_file.seen, from_file.unchanged) == ("ok", len(told), len(told))
