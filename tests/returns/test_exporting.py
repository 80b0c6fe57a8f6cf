"""What an auditor takes away of a month: the right write-offs and no other, every word, nothing that a sheet or a browser runs."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exceptions_queue import audit
from exceptions_queue.models import AuditEntry
from returns.models import Approval, Journal, PeriodSignOff, Photo, WriteOff
from returns.queries import register
from returns.queries.exports import evidence
from tests.callers import person
from tests.config.people import sign_in
from tests.returns.builders import People
from tests.returns.written_off import make_many, make_posted, make_write_off, photo

pytestmark = pytest.mark.django_db
JUNE = date(2026, 6, 1)
MAY = datetime(2026, 5, 20, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh(people: People) -> None:
    cache.clear()


@pytest.fixture
def auditor(people: People) -> Client:
    return sign_in(person("viewer"))


def rows(client: Client, month: str = "2026-06") -> list[dict[str, str]]:
    answer = client.get(f"/month-end/{month}/register.csv")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def opened(client: Client, month: str = "2026-06") -> ZipFile:
    answer = client.get(f"/month-end/{month}/evidence.zip")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    return ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def pages(file: ZipFile) -> set[str]:
    return {name.removeprefix("cases/").removesuffix(".html") for name in file.namelist() if name.endswith(".html")}


def reversal_of(write_off: WriteOff, *, on: date, at: datetime) -> Journal:
    mirror = Journal.objects.create(
        key=f"ber:{write_off.reference}:r1", kind="reversal", post_on=on, narration="x", lines=write_off.lines, lines_hash="r",
        total_pence=4_210, reverses=write_off.journal, made_at=at,
    )  # fmt: skip
    WriteOff.objects.filter(pk=write_off.pk).update(reversal=mirror)
    return mirror


class TestWhichMonth:
    def test_every_write_off_of_the_month_and_no_other(self, auditor: Client, people: People, noon: datetime):
        first_by = people.finance
        inside = [make_write_off(1, at=noon), make_write_off(2, at=noon, state="rejected"), make_posted(3, at=noon, first_by=first_by)]
        late = make_write_off(4, at=MAY, post_on=JUNE)
        reversed_now = make_posted(5, at=MAY, first_by=first_by)
        reversal_of(reversed_now, on=date(2026, 6, 30), at=noon)
        posted_now = make_posted(6, at=MAY, first_by=first_by)
        Journal.objects.filter(pk=posted_now.journal_id).update(post_on=JUNE)
        make_posted(7, at=MAY, first_by=first_by)
        make_write_off(8, at=datetime(2026, 7, 1, 11, 0, tzinfo=UTC))
        wanted = {one.reference for one in (*inside, late, reversed_now, posted_now)}

        assert {row["Reference"] for row in rows(auditor)} == wanted
        assert pages(opened(auditor)) == wanted

    def test_the_first_and_the_last_day_are_in_it(self, auditor: Client):
        make_write_off(1, at=datetime(2026, 6, 1, 0, 30, tzinfo=UTC))
        make_write_off(2, at=datetime(2026, 6, 30, 22, 0, tzinfo=UTC))
        WriteOff.objects.filter(reference__endswith="2").update(happened_on=date(2026, 6, 30), post_on=None)

        assert len(rows(auditor)) == 2

    def test_an_empty_month_has_its_head_and_its_sums(self, auditor: Client):
        file = opened(auditor, "2026-02")

        assert rows(auditor, "2026-02") == []
        assert (file.testzip(), pages(file)) == (None, set())
        assert json.loads(file.read("manifest.json"))["write_offs"] == 0

    @pytest.mark.parametrize("file", ["register.csv", "evidence.zip"])
    @pytest.mark.parametrize("month", ["2026-13", "2026-6", "0001-01", "%00", "9" * 30])
    def test_what_is_no_month_is_not_there_and_nothing_is_noted(self, auditor: Client, file: str, month: str):
        answer = auditor.get(f"/month-end/{month}/{file}")

        assert (answer.status_code, b"There is nothing at this address." in answer.content) == (404, True)
        assert not AuditEntry.objects.filter(verb__endswith="taken away").exists()


class TestWho:
    @pytest.mark.parametrize(("role", "status"), [("viewer", 200), ("finance_manager", 200), ("finance", 403), ("cx", 403), ("", 403)])
    @pytest.mark.parametrize("file", ["register.csv", "evidence.zip"])
    def test_it_is_for_the_finance_manager_and_the_auditor(self, people: People, role: str, status: int, file: str):
        client = sign_in(person(role, f"one-{role}"))

        assert client.get(f"/month-end/2026-06/{file}").status_code == status

    @pytest.mark.parametrize("what", ["register", "evidence"])
    def test_that_it_was_taken_is_noted_with_the_month_and_how_many(self, auditor: Client, noon: datetime, what: str):
        make_many([1, 2, 3], at=noon)

        auditor.get(f"/month-end/2026-06/{what}.{'csv' if what == 'register' else 'zip'}")

        entry = AuditEntry.objects.get(verb=f"{what} taken away")
        assert (entry.actor_label, entry.subject_label, entry.after) == ("viewer", "month 2026-06", {"month": "2026-06", "write_offs": 3})


class TestRegister:
    def test_a_line_says_everything_in_pounds_and_names(self, auditor: Client, people: People, noon: datetime):
        more = {"second_by": people.colleague, "second_for": people.manager, "second_at": noon, "raised_by": people.warehouse}
        one = make_posted(1, at=noon, first_by=people.finance, pence=123_405, cost_pence=123_506, depreciation_pence=101, **more)
        reversal_of(one, on=date(2026, 6, 30), at=noon)

        [row] = rows(auditor)

        money = [row[name] for name in ("Cost (GBP)", "Depreciation (GBP)", "Carrying value (GBP)")]
        assert money == ["1235.06", "1.01", "1234.05"]
        assert (row["First approval"], row["Second approval"], row["Raised by"]) == (
            "finance",
            "colleague for finance_manager",
            "warehouse",
        )
        assert (row["Happened on"], row["Raised at"], row["Posted at"]) == ("2026-06-09", "2026-06-09 12:00", "2026-06-09 12:00")
        assert (row["Journal key"], row["Ledger number"], row["Ledger id"]) == (f"ber:{one.reference}:1", "JNL-10001", "x-1")
        assert (row["Lines hash (signed)"], row["Shown hash (ledger)"]) == (one.lines_hash, "h")
        assert (row["Reversal key"], row["State"]) == (f"ber:{one.reference}:r1", "Verified")

    def test_what_a_sheet_would_run_is_defused(self, auditor: Client, noon: datetime):
        make_write_off(1, at=noon, reason="=cmd|' /C calc'!A0", grader="+1", certificate="@x\n-y")

        [row] = rows(auditor)

        assert (row["Reason"], row["Grader"], row["Certificate"]) == ("'=cmd|' /C calc'!A0", "'+1", "'@x -y")

    def test_nothing_known_is_nothing_said(self, auditor: Client, noon: datetime):
        make_write_off(1, at=noon, cost_pence=None, carrying_pence=None, depreciation_pence=None, post_on=None, ledger_class="", route="")

        [row] = rows(auditor)

        assert {row[name] for name in ("Cost (GBP)", "Carrying value (GBP)", "Posts on", "First at", "Journal key", "Route")} == {""}


class TestEvidence:
    def test_every_file_has_its_hash_in_the_sums(self, auditor: Client, people: People, noon: datetime):
        make_posted(1, at=noon, first_by=people.finance)

        file = opened(auditor)

        sums = dict(reversed(line.split("  ")) for line in file.read("SHA256SUMS").decode().splitlines())
        assert sums == {name: hashlib.sha256(file.read(name)).hexdigest() for name in file.namelist() if name != "SHA256SUMS"}
        assert file.namelist()[-1] == "SHA256SUMS"
        assert {"README.txt", "register.csv", "journals.csv", "sign-off.json", "manifest.json"} < set(sums)

    def test_a_page_has_every_word_with_time_tier_limit_and_hash(self, auditor: Client, people: People, noon: datetime):
        one = make_posted(1, at=noon, first_by=people.finance)
        asked = {"write_off": one, "lines_hash": "a" * 64, "at": noon}
        Approval.objects.create(word="queried", by=people.colleague, comment="Is this the red one?", **asked)
        Approval.objects.create(
            word="approved",
            by=people.finance,
            for_whom=people.manager,
            tier="finance_manager",
            limit_pence=50_000,
            carrying_pence=4_210,
            **asked,
        )
        audit.record("write-off looked at", one, actor=people.warehouse, at=noon, reason="For the hem")

        text = opened(auditor).read(f"cases/{one.reference}.html").decode()

        said = [
            "Is this the red one?",
            "finance for finance_manager",
            "finance manager",
            "£500.00",
            "£42.10",
            "a" * 64,
            "Tue 9 June 2026 12:00",
        ]
        said += ["write-off looked at", "For the hem", "not sealed yet", "Red wine along the hem", "M. Brodie", "REC-2211", one.lines_hash]
        assert [words for words in said if words not in text] == []

    def test_a_page_says_what_the_ledger_shows_and_what_undoes_it(self, auditor: Client, people: People, noon: datetime):
        one = make_posted(1, at=noon, first_by=people.finance, state="drifted")
        shown = {"on": "2026-06-11", "lines": [{"account": "9999", "amount_pence": 777, "memo": "theirs"}]}
        Journal.objects.filter(pk=one.journal_id).update(shown=shown, shown_hash="other")
        reversal_of(one, on=date(2026, 6, 30), at=noon)

        text = opened(auditor).read(f"cases/{one.reference}.html").decode()

        key = f"ber:{one.reference}"
        assert (f"It is undone by {key}:r1." in text, f"It undoes {key}:1." in text) == (True, True)
        assert ("9999" in text, "£7.77" in text, "11 June 2026" in text) == (True, True, True)
        assert "The ledger shows something else than what was sent." in text

    def test_the_journals_are_there_line_by_line_as_sent_and_as_shown(self, auditor: Client, people: People, noon: datetime):
        one = make_posted(1, at=noon, first_by=people.finance)
        Journal.objects.update(shown={"on": "2026-06-09", "lines": [{"account": "1200", "amount_pence": -777, "memo": "=x"}]})

        lines = list(csv.DictReader(io.StringIO(opened(auditor).read("journals.csv").decode())))

        told = [(line["Side"], line["Account"], line["Debit (GBP)"], line["Credit (GBP)"]) for line in lines]
        assert told == [("sent", "7105", "42.10", "0.00"), ("sent", "1200", "0.00", "42.10"), ("shown", "1200", "0.00", "7.77")]
        assert ({line["Key"] for line in lines}, lines[2]["Memo"]) == ({f"ber:{one.reference}:1"}, "'=x")

    def test_each_photo_is_there_once_under_its_hash(self, auditor: Client, noon: datetime):
        one, other = make_write_off(1, at=noon, photos=2), make_write_off(2, at=noon, photos=1)
        same = Photo.objects.filter(item=one.item).first()
        content = {"content": same.content, "content_type": same.content_type, "sha256": same.sha256, "bytes": same.bytes}
        Photo.objects.create(item=other.item, **content)
        Photo.objects.create(item=other.item, source_url="https://acs.test/x", why="It is a web page, not a photo.")

        file = opened(auditor)

        photos = [name for name in file.namelist() if name.startswith("photos/")]
        assert len(photos) == len(set(photos)) == 3
        assert {name: hashlib.sha256(file.read(name)).hexdigest() for name in photos} == {name: name[7:71] for name in photos}
        assert file.read(f"photos/{hashlib.sha256(photo(10)).hexdigest()}.png") == photo(10)
        page = file.read(f"cases/{other.reference}.html").decode()
        assert (f"../photos/{same.sha256}.png" in page, "It is a web page, not a photo." in page) == (True, True)

    def test_what_people_typed_is_text_and_runs_nowhere(self, auditor: Client, people: People, noon: datetime):
        one = make_write_off(1, at=noon, reason="<script>alert(1)</script>", sku='"><img src=x onerror=y>')
        Approval.objects.create(
            write_off=one, word="queried", by=people.finance, comment="<script>alert(2)</script>", lines_hash="x", at=noon
        )
        audit.record("noted", one, actor=people.finance, at=noon, reason="<b>bold</b>")

        text = opened(auditor).read(f"cases/{one.reference}.html").decode()

        assert not re.search(r"<script|<b>|onerror=y>", text.replace("&gt;", ""))
        assert "&lt;script&gt;alert(2)&lt;/script&gt;" in text

    def test_every_sign_off_is_there_with_its_figures_and_who_reopened_it(self, auditor: Client, people: People, noon: datetime):
        signed = {"month": JUNE, "figures": {"posted_pence": 42}, "figures_hash": "f", "signed_by": people.manager, "signed_at": noon}
        PeriodSignOff.objects.create(**signed, reopened_by=people.boss, reopened_at=noon, reopened_why="A late credit")
        PeriodSignOff.objects.create(**signed | {"figures": {"posted_pence": 43}})
        PeriodSignOff.objects.create(**signed | {"month": date(2026, 5, 1)})

        told = json.loads(opened(auditor).read("sign-off.json"))

        assert [row["figures"]["posted_pence"] for row in told] == [42, 43]
        assert (told[0]["reopened_why"], told[0]["reopened_by"], told[1]["signed_by"]) == ("A late credit", "boss", "finance_manager")
        assert told[1]["signed_at"] == "2026-06-09T11:00:00+00:00"

    def test_the_manifest_names_the_head_of_the_log(self, auditor: Client, people: People, noon: datetime):
        audit.record("noted", people.finance, actor="system:test", at=noon)
        audit.seal(at=noon)

        told = json.loads(opened(auditor).read("manifest.json"))

        assert told["audit_log"] == {"sealed": audit.standing().sealed, "head": audit.head(), "waiting_for_a_seal": 1}
        assert told["made_for"] == "viewer"


@pytest.mark.parametrize("what", ["register", "evidence"])
def test_few_and_many_cost_the_same_statements(people: People, noon: datetime, what: str):
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            if what == "register":
                list(register.lines(register.ids_of(JUNE)))
            else:
                list(evidence.archive(evidence.ask(JUNE, person="x", at=noon)))
        return len(queries)

    def make(numbers: range) -> None:
        for number in numbers:
            one = make_posted(number, at=noon, first_by=people.finance, valued_by=people.warehouse)
            Approval.objects.create(write_off=one, word="approved", by=people.finance, lines_hash="x", at=noon)
            audit.record("noted", one, actor=people.finance, at=noon)
            reversal_of(one, on=JUNE, at=noon)

    make(range(1, 4))
    counted()  # what is kept between two is kept now
    few = counted()
    make(range(4, 31))

    assert (counted(), few) == (few, 3 if what == "register" else 16)


def heavy(numbers: Sequence[int], *, at: datetime) -> None:
    """Write-offs with photos so large that no answer of them goes out at once."""
    for one in make_many(numbers, at=at, photos=0):
        content = hashlib.shake_256(one.reference.encode()).digest(400_000)
        Photo.objects.create(
            item=one.item, content=content, content_type="image/jpeg", sha256=hashlib.sha256(content).hexdigest(), bytes=len(content)
        )


def test_who_hangs_up_ends_it_where_it_is(auditor: Client, noon: datetime):
    heavy(range(1, 6), at=noon)
    answer = auditor.get("/month-end/2026-06/evidence.zip")
    sent = iter(answer.streaming_content)
    with CaptureQueriesContext(connection) as before:
        first = next(sent)

    with CaptureQueriesContext(connection) as after:
        answer.close()

    assert (first.startswith(b"PK"), b"SHA256SUMS" in first, len(before) > 0, len(after)) == (True, False, True, 0)
    assert list(sent) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_hangs_up_leaves_no_cursor_and_no_transaction_in_the_database(noon: datetime):
    heavy(range(1, 6), at=noon)
    sent = evidence.archive(evidence.ask(JUNE, person="x", at=noon))
    next(sent)
    open_in_between = connection.in_atomic_block
    sent.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM pg_cursors), pg_current_xact_id_if_assigned()")
        assert (open_in_between, cursor.fetchone(), connection.in_atomic_block) == (False, (0, None), False)
