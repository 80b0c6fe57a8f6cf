"""The stock file by the command, by the clock, killed, and twice at once."""

import io
import json
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.tasks import read_stock
from exceptions_queue.models import ExceptionCase
from inventory.models import Garment, StockImport
from inventory.sync.stock import StockFile, waiting_files
from partners.models import Feed, SyncRun
from partners.sync import lease, sync_file
from tests.inventory.stock.files import READY, Drop, rows, text


def sync(*more: str) -> dict[str, object]:
    out = io.StringIO()
    call_command("sync", "acs.stock", "--json", *more, stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.fixture
def folder(tmp_path, settings):
    settings.ACS_STOCK_DROP = str(tmp_path)
    return tmp_path


def write(folder, days_ago, lines, *, old=True):
    on = timezone.localdate() - timedelta(days=days_ago)
    path = folder / f"acs_stock_{on:%Y-%m-%d}.csv"
    path.write_text(text(lines))
    if old:
        then = (timezone.now() - timedelta(minutes=5)).timestamp()
        os.utime(path, (then, then))
    return path


def broke_off(path, *, uploaded_by=None, **facts):
    """A run of this file that did not come to its end."""
    feed, _ = Feed.objects.get_or_create(name="acs.stock")
    run = SyncRun.objects.create(**{"feed": feed, "outcome": "failed", "started_at": timezone.now()} | facts)
    StockImport.objects.create(run=run, name=path.name, size=path.stat().st_size, as_of=timezone.now(), uploaded_by=uploaded_by)


@pytest.mark.django_db
class TestTheCommand:
    def test_it_reads_every_file_that_waits_in_the_order_of_their_days(self, folder):
        write(folder, 1, rows(30))
        write(folder, 2, rows(29))

        told = sync()

        assert (told["outcome"], told["created"], told["unchanged"]) == ("ok", 1, 29)
        assert SyncRun.objects.count() == 2

    def test_the_same_file_again_is_unchanged(self, folder):
        path = write(folder, 1, rows(30))
        sync()

        for told in (sync(), sync("--file", str(path))):
            assert (told["outcome"], told["seen"], told["unchanged"], told["changed"]) == ("ok", 30, 30, 0)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("", "The file is empty."),
            ("SKU,RFID,Location\n", "The file has headings and no rows."),
            ("SKU,Location\nA,B\n", "Row 1 names no column RFID"),
            (text(rows(100))[:-36], "Row 101, column RFID"),
            (text(rows(50)), "less than 80 in 100"),
        ],
    )
    def test_a_bad_file_ends_in_one_sentence_and_the_mirror_stays(self, folder, content, said):
        sync("--file", str(write(folder, 1, rows(100))))
        bad = folder / "bad.csv"
        bad.write_text(content)

        with pytest.raises(CommandError, match=said):
            sync("--file", str(bad))

        assert set(Garment.objects.values_list("raw_status", "missing_since")) == {(READY, None)}
        assert Garment.objects.count() == 100

    def test_yesterdays_after_todays_is_held(self, folder):
        sync("--file", str(write(folder, 0, rows(100))))

        with pytest.raises(CommandError, match="older than what was applied last"):
            sync("--file", str(write(folder, 1, rows(99))))

    def test_without_a_folder_it_says_what_to_set(self, settings):
        settings.ACS_STOCK_DROP = ""
        with pytest.raises(CommandError, match="ACS_STOCK_DROP must be set"):
            sync()


@pytest.mark.django_db
class TestTheClock:
    def test_nothing_new_is_no_run(self, folder):
        write(folder, 0, rows(30))
        assert read_stock()["files"] == 1

        assert read_stock()["files"] == 0
        assert SyncRun.objects.count() == 1

    def test_a_file_that_may_still_grow_waits(self, folder):
        write(folder, 0, rows(30), old=False)

        assert read_stock()["files"] == 0

    def test_a_file_that_failed_is_not_tried_again_until_it_changes(self, folder):
        write(folder, 0, [])
        assert read_stock()["outcomes"] == ["failed"]
        assert read_stock()["files"] == 0
        write(folder, 0, rows(30))

        assert read_stock()["outcomes"] == ["ok"]

    def test_a_file_that_cannot_be_opened_says_so_and_keeps_no_later_one_back(self, folder, monkeypatch):
        write(folder, 0, rows(30))
        locked, opened = write(folder, 1, rows(29)), Path.open

        def refusing(path, *how, **more):
            if path == locked:
                raise PermissionError(13, "Permission denied", str(path))
            return opened(path, *how, **more)

        monkeypatch.setattr(Path, "open", refusing)

        assert read_stock()["outcomes"] == ["failed", "ok"]
        assert "cannot be opened (Permission denied)" in SyncRun.objects.get(outcome="failed").why
        assert Garment.objects.count() == 30
        assert read_stock()["files"] == 0

    @pytest.mark.parametrize("why", [lease.DIED, f"{lease.OUR_FAULT}: OperationalError."])
    def test_a_file_whose_reading_broke_off_is_tried_again_and_not_for_ever(self, folder, why):
        path = write(folder, 0, rows(30))
        broke_off(path, why=why)
        broke_off(path, why=why)
        assert waiting_files(folder, at=timezone.now()) == [path]

        broke_off(path, why=why)
        assert waiting_files(folder, at=timezone.now()) == []

    def test_a_file_that_is_being_read_is_left_alone_until_its_process_is_known_to_have_died(self, folder):
        path = write(folder, 0, rows(30))
        broke_off(path, outcome="running", lease_until=timezone.now() + timedelta(minutes=1))

        assert waiting_files(folder, at=timezone.now()) == []
        assert waiting_files(folder, at=timezone.now() + timedelta(minutes=2)) == [path]
        SyncRun.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
        assert read_stock()["outcomes"] == ["ok"]

    def test_what_a_person_brought_or_another_file_of_that_size_is_no_try_of_this_one(self, folder, admin_user):
        path = write(folder, 0, rows(30))
        broke_off(path, why="The file is empty.", uploaded_by=admin_user)
        assert waiting_files(folder, at=timezone.now()) == [path]

        broke_off(path, why="The file is empty.", started_at=timezone.now() - timedelta(hours=1))
        assert waiting_files(folder, at=timezone.now()) == [path]
        broke_off(path, why="The file is empty.")
        assert waiting_files(folder, at=timezone.now()) == []

    def test_no_file_for_a_week_is_late_and_a_new_one_closes_the_case(self, folder):
        write(folder, 8, rows(30))
        read_stock()
        assert ExceptionCase.objects.get(state="open", code="STK-FEED-LATE").evidence["fault"] == "stale"

        write(folder, 0, rows(30)[:-1])
        read_stock()

        assert not ExceptionCase.objects.filter(state="open", code="STK-FEED-LATE").exists()


@pytest.mark.django_db
class TestAHeldFile:
    def test_it_is_applied_on_a_persons_word_from_what_was_kept(self, drop, admin_user, django_capture_on_commit_callbacks):
        from config.running import accept_feed

        drop.read(1, rows(100))
        held = drop.read(2, rows(50))
        (drop.folder / "acs_stock_20260602T0610Z.csv").unlink()

        run = accept_feed(held.pk, user_id=admin_user.pk, reason="Half of it was sold.", at=drop.clock())

        assert (run.outcome, run.unchanged, run.gone, run.accepted_why) == ("ok", 50, 50, "Half of it was sold.")
        assert Garment.objects.filter(missing_since__isnull=False).count() == 50
        assert not ExceptionCase.objects.filter(state="open", code="STK-FEED-BAD").exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_skipped(race, tmp_path):
    drop, outcomes = Drop(tmp_path), []
    path = drop.write(1, text(rows(20_000)))

    race(lambda _: outcomes.append(sync_file("acs.stock", StockFile(path, at=drop.clock()), clock=drop.clock).outcome), [1, 2])

    assert sorted(outcomes) in (["ok", "skipped"], ["ok", "ok"])
    assert Garment.objects.count() == 20_000
    assert SyncRun.objects.filter(created=20_000).count() == 1


SEED = """
from pathlib import Path
from datetime import timedelta
from inventory.models import Garment, GarmentChange, StockImport
from inventory.sync.stock import StockFile
from partners.models import SyncRun
from partners.sync import sync_file
from tests.inventory.stock.files import Drop, PROCESSING, row, rows, text
noon = datetime.fromisoformat({noon!r})
def read(name, lines, minutes):
    path = Path({folder!r}) / name
    path.write_text(text(lines))
    at = noon + timedelta(minutes=minutes)
    return sync_file("acs.stock", StockFile(path, at=at), clock=lambda: at)
"""
FIRST = 'assert read("acs_2026-06-07.csv", rows(100), -60).outcome == "ok"\n'
SECOND = 'run = read("acs_2026-06-08.csv", [row(1, PROCESSING), *rows(90)[1:]], {minutes})\n'
BEFORE = "assert (Garment.objects.filter(missing_since=None).count(), GarmentChange.objects.count()) == (100, 0)\n"
AFTER = "assert (run.outcome, run.changed, run.gone, GarmentChange.objects.count()) == ('ok', 1, 10, 11), (run.outcome, run.why)\n"


@pytest.mark.parametrize("place", ["sync.file_staging", "sync.file_applied", "sync.before_commit"])
def test_an_import_killed_anywhere_leaves_the_mirror_and_the_next_one_goes_through(place, processes, noon, tmp_path):
    code = SEED.format(noon=noon.isoformat(), folder=str(tmp_path))
    assert processes(code + FIRST) == 0

    assert processes(code + SECOND.format(minutes=0), LOCKSTEP_FAILPOINT=place) == -signal.SIGKILL
    assert processes(code + BEFORE + SECOND.format(minutes=5) + AFTER) == 0
