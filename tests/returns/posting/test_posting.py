"""From approved to verified: once, read back, and never without an approval that still carries."""

from datetime import date

import httpx
import pytest
from django.contrib.auth.models import Permission, User

from exceptions_queue.catalogue import Code
from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.states import CaseState
from partners.ledger import DocStatus
from partners.models import Intent
from returns.actions import posting, reversing
from returns.actions.outcomes import Refused
from returns.models import Approval, Journal, LedgerDocument, PeriodSignOff, Return, ReturnItem, WriteOff
from returns.rules.posting import lines_hash
from returns.states import JournalState, WriteOffState
from returns.tasks import post_journals
from tests.partners.xero.fake_xero import JSON, FakeXero
from tests.returns.builders import make_grade
from tests.returns.posting.approved import Clock, approved, approver, lines_of

pytestmark = pytest.mark.django_db


def state_of(row: WriteOff) -> str:
    return WriteOff.objects.get(pk=row.pk).state


def codes() -> list[str]:
    return sorted(ExceptionCase.objects.filter(state=CaseState.OPEN).values_list("code", flat=True))


class TestTheWayIn:
    def test_what_was_approved_stands_in_the_ledger_once_read_back_and_equal(self, folder, clock: Clock):
        row = approved(at=clock.now)
        told = post_journals(clock)

        [doc] = folder.find("ber:BER-260609-00001:1")
        journal = Journal.objects.get()
        assert (doc.status, [line.amount_pence for line in doc.lines], doc.on) == (DocStatus.POSTED, [4205, -4205], date(2026, 6, 9))
        assert doc.narration.endswith(journal.key)
        assert (journal.state, journal.external_id, journal.shown_hash) == (JournalState.VERIFIED, doc.external_id, doc.content_hash)
        assert (state_of(row), told["made"], told["done"], codes()) == (WriteOffState.VERIFIED, 1, 1, [])

    def test_every_step_has_its_audit_row(self, folder, clock: Clock):
        approved(at=clock.now)
        post_journals(clock)

        verbs = AuditEntry.objects.order_by("id").values_list("verb", flat=True)
        assert [verb for verb in verbs if verb.startswith("write-off")] == ["write-off posting", "write-off posted", "write-off verified"]
        assert [verb for verb in verbs if verb.startswith("journal")] == ["journal sending", "journal posted", "journal verified"]

    def test_a_second_round_does_nothing(self, folder, clock: Clock):
        approved(at=clock.now)
        post_journals(clock)

        assert post_journals(clock) == {"made": 0, "in_doubt": 0}
        assert (Intent.objects.count(), len(folder.find("ber:BER-260609-00001:1"))) == (1, 1)

    def test_in_observe_mode_nothing_is_written_here_nor_there(self, folder, clock: Clock, settings, tmp_path):
        settings.MODES = {**settings.MODES, "ledger": "observe"}
        row = approved(at=clock.now)

        assert post_journals(clock) == {}
        assert (state_of(row), Journal.objects.count(), Intent.objects.count()) == (WriteOffState.APPROVED, 0, 0)
        assert not (tmp_path / "books").exists()

    def test_what_is_not_signed_as_it_stands_or_never_posts_is_left_alone(self, folder, clock: Clock):
        waiting = approved(1, at=clock.now, state=WriteOffState.AWAITING_APPROVAL, approved_hash="")
        elsewhere = approved(2, at=clock.now, method="stock_adjustment")

        assert post_journals(clock)["made"] == 0
        assert [state_of(waiting), state_of(elsewhere)] == [WriteOffState.AWAITING_APPROVAL, WriteOffState.APPROVED]

    def test_a_drafted_reversal_is_sent_and_its_write_off_is_reversed(self, folder, clock: Clock):
        row = approved(at=clock.now)
        post_journals(clock)
        row.refresh_from_db()
        lines = [line | {"debit_pence": line["credit_pence"], "credit_pence": line["debit_pence"]} for line in row.lines]
        mirror = Journal.objects.create(
            key="ber:BER-260609-00001:r1",
            kind=Journal.Kind.REVERSAL,
            post_on=clock.now.date(),
            narration="Reversal ber:BER-260609-00001:r1",
            lines=lines,
            lines_hash=lines_hash(clock.now.date(), lines),
            total_pence=4205,
            reverses=row.journal,
            made_at=clock.now,
        )
        WriteOff.objects.filter(pk=row.pk).update(reversal=mirror)

        post_journals(clock)

        mirror.refresh_from_db()
        assert (mirror.state, state_of(row)) == (JournalState.VERIFIED, WriteOffState.REVERSED)
        assert sum(line.amount_pence for page in folder.journals(changed_since=None) for doc in page for line in doc.lines[:1]) == 0

    @pytest.mark.parametrize("count", [3, 30])
    def test_making_costs_the_same_for_few_and_many(self, folder, clock: Clock, count: int, django_assert_max_num_queries):
        approver()
        for number in range(count):
            approved(number + 1, at=clock.now)

        with django_assert_max_num_queries(22):
            assert posting.make_journals(at=clock.now) == count


class TestSummary:
    def test_one_journal_a_day_names_every_write_off_in_its_lines(self, folder, clock: Clock, settings):
        settings.LEDGER_POSTING = "day"
        rows = [approved(number, at=clock.now, pence=100 * number) for number in (1, 2, 3)]
        other = approved(4, at=clock.now, on=date(2026, 6, 8))
        clock.turn(hours=7)

        post_journals(clock)

        journals = {journal.key: journal for journal in Journal.objects.all()}
        assert sorted(journals) == ["ber:20260608:1", "ber:20260609:1"]
        assert journals["ber:20260609:1"].total_pence == 600
        assert {line["memo"].split()[0] for line in journals["ber:20260609:1"].lines} == {row.reference for row in rows}
        assert {state_of(row) for row in (*rows, other)} == {WriteOffState.VERIFIED}

    def test_the_day_is_gathered_until_the_evening(self, folder, clock: Clock, settings):
        settings.LEDGER_POSTING = "day"
        approved(at=clock.now)

        assert post_journals(clock)["made"] == 0
        clock.turn(hours=7)
        assert post_journals(clock)["made"] == 1

    def test_a_second_batch_of_a_day_has_a_number_of_its_own(self, folder, clock: Clock, settings):
        settings.LEDGER_POSTING = "day"
        clock.turn(hours=8)
        for number in (1, 2):
            approved(number, at=clock.now)
            post_journals(clock)

        assert sorted(Journal.objects.values_list("key", flat=True)) == ["ber:20260609:1", "ber:20260609:2"]

    def test_a_day_that_has_had_many_journals_takes_more(self, folder, clock: Clock, settings):
        settings.LEDGER_POSTING = "day"
        clock.turn(hours=8)
        for number in range(1, 26):
            facts = {"post_on": clock.now.date(), "lines": [], "lines_hash": "x", "total_pence": 0, "made_at": clock.now}
            Journal.objects.create(key=f"ber:20260609:{number}", kind="write_off", state=JournalState.DROPPED, **facts)
        row = approved(at=clock.now)

        post_journals(clock)

        assert (state_of(row), WriteOff.objects.get().journal.key) == (WriteOffState.VERIFIED, "ber:20260609:26")

    def test_where_one_approval_is_gone_the_others_go_into_another_journal(self, folder, clock: Clock, settings):
        settings.LEDGER_POSTING = "day"
        clock.turn(hours=8)
        kept, lost = approved(1, at=clock.now), approved(2, at=clock.now, by=approver("leaver"))
        posting.make_journals(at=clock.now)
        User.objects.filter(username="leaver").update(is_active=False)

        post_journals(clock)
        post_journals(clock)

        assert [state_of(kept), state_of(lost)] == [WriteOffState.VERIFIED, WriteOffState.AWAITING_APPROVAL]
        assert list(Journal.objects.order_by("key").values_list("key", "state")) == [
            ("ber:20260609:1", JournalState.DROPPED),
            ("ber:20260609:2", JournalState.VERIFIED),
        ]
        assert folder.find("ber:20260609:1") == []


class TestAuthority:
    @pytest.mark.parametrize("made_before", [True, False], ids=["made before", "made after"])
    def test_a_role_taken_away_before_posting_sends_it_back(self, folder, clock: Clock, made_before: bool):
        row = approved(at=clock.now)
        if made_before:
            posting.make_journals(at=clock.now)
        approver().groups.clear()

        post_journals(clock)

        row.refresh_from_db()
        assert (row.state, row.first_by, row.approved_hash) == (WriteOffState.AWAITING_APPROVAL, None, "")
        assert "approve no longer" in Approval.objects.get(word=Approval.Word.VOIDED).comment
        assert folder.find("ber:BER-260609-00001:1") == []
        assert not Intent.objects.exclude(state=Intent.State.CANCELLED).exists()

    def test_a_draft_found_after_the_role_was_taken_away_is_dropped_and_never_posted(self, xero: FakeXero, clock: Clock):
        xero.fail("PUT", httpx.ReadTimeout("slow"))
        row = approved(at=clock.now)
        post_journals(clock)
        approver().groups.clear()
        clock.turn(minutes=2)

        post_journals(clock)

        assert [journal["Status"] for journal in xero.journals.values()] == ["DELETED"]
        assert (state_of(row), Journal.objects.get().state) == (WriteOffState.AWAITING_APPROVAL, JournalState.DROPPED)


class TestLostAnswers:
    @pytest.mark.parametrize(
        ("method", "fault"),
        [
            ("PUT", httpx.ReadTimeout("slow")),
            ("PUT", (500, JSON, b"{}")),
            ("POST", httpx.ReadError("cut")),
            ("POST", (500, JSON, b"{}")),
        ],
        ids=["draft timed out", "draft 500", "post cut", "post 500"],
    )
    def test_what_was_done_and_not_heard_is_found_and_stands_once(self, xero: FakeXero, clock: Clock, method, fault):
        row = approved(at=clock.now)
        xero.fail(method, fault)

        told = post_journals(clock)
        in_the_meantime = (told["unknown"], told["in_doubt"], state_of(row), Journal.objects.get().state)
        nothing_yet = post_journals(clock)
        clock.turn(minutes=2)
        post_journals(clock)

        assert in_the_meantime == (1, 1, WriteOffState.POST_UNKNOWN, JournalState.UNKNOWN)
        assert "done" not in nothing_yet
        assert [journal["Status"] for journal in xero.journals.values()] == ["POSTED"]
        assert (state_of(row), Journal.objects.get().state, codes()) == (WriteOffState.VERIFIED, JournalState.VERIFIED, [])

    def test_what_was_never_done_is_drafted_anew_once_that_is_proved(self, xero: FakeXero, clock: Clock):
        row = approved(at=clock.now)
        xero.fail("PUT", httpx.ReadTimeout("slow"), when="before")
        post_journals(clock)
        clock.turn(minutes=2)

        told = post_journals(clock)

        assert (told["absent"], told["done"]) == (1, 1)
        assert [journal["Status"] for journal in xero.journals.values()] == ["POSTED"]
        assert state_of(row) == WriteOffState.VERIFIED

    def test_of_several_drafts_the_lowest_is_kept_and_the_others_are_dropped(self, xero: FakeXero, clock: Clock):
        approved(at=clock.now)
        xero.fail("PUT", httpx.ReadTimeout("slow"))
        post_journals(clock)
        first = dict(next(iter(xero.journals.values())))
        xero.journals["00000000-late"] = {**first, "ManualJournalID": "00000000-late"}
        clock.turn(minutes=2)

        post_journals(clock)

        assert {one: journal["Status"] for one, journal in xero.journals.items()} == {
            first["ManualJournalID"]: "DELETED",
            "00000000-late": "POSTED",
        }

    def test_a_status_nobody_knows_is_looked_at_again_and_never_drafted_twice(self, xero: FakeXero, clock: Clock):
        row = approved(at=clock.now)
        xero.fail("PUT", httpx.ReadTimeout("slow"))
        post_journals(clock)
        (there,) = xero.journals.values()
        there["Status"] = "ARCHIVED"
        clock.turn(minutes=2)
        post_journals(clock)
        in_the_meantime = (state_of(row), len(xero.journals))
        there["Status"] = "DRAFT"
        clock.turn(hours=2)
        post_journals(clock)

        assert in_the_meantime == (WriteOffState.POST_UNKNOWN, 1)
        assert (state_of(row), there["Status"], len(xero.journals)) == (WriteOffState.VERIFIED, "POSTED", 1)

    def test_a_reading_back_that_fails_leaves_it_unknown_and_never_drafts_twice(self, xero: FakeXero, clock: Clock):
        row = approved(at=clock.now)
        xero.fail("POST", (200, JSON, b"{"))
        post_journals(clock)
        clock.turn(minutes=2)
        post_journals(clock)

        assert [asked for asked in xero.asked if asked.startswith("PUT")] == ["PUT /api/ManualJournals"]
        assert state_of(row) == WriteOffState.VERIFIED

    @pytest.mark.parametrize("when", ["read back", "looked up"])
    def test_a_refusal_to_show_it_is_no_refusal_of_it_and_nothing_is_posted_twice(self, xero: FakeXero, clock: Clock, when: str):
        row = approved(at=clock.now)
        no = (400, JSON, b'{"Message":"Not now"}')
        if when == "read back":
            post = xero._change
            xero._change = lambda one, said: [post(one, said), xero.fail("GET", no, when="before")][0]
        else:
            xero.fail("PUT", httpx.ReadTimeout("slow"))
            post_journals(clock)
            clock.turn(minutes=2)
            xero.fail("GET", no, when="before")

        post_journals(clock)
        in_the_meantime = (state_of(row), Journal.objects.get().state, posting.post_again(row.reference, actor=approver(), at=clock.now))
        clock.turn(minutes=5)
        post_journals(clock)

        assert in_the_meantime == (WriteOffState.POST_UNKNOWN, JournalState.UNKNOWN, False)
        assert [journal["Status"] for journal in xero.journals.values()] == ["POSTED"]
        assert state_of(row) == WriteOffState.VERIFIED

    def test_doubt_that_lasts_is_a_case_and_ends_with_the_doubt(self, xero: FakeXero, clock: Clock):
        approved(at=clock.now)
        xero.fail("PUT", httpx.ReadTimeout("slow"))
        post_journals(clock)
        early = codes()
        clock.turn(minutes=6)
        posting.find_in_doubt(at=clock.now)
        later = codes()

        post_journals(clock)

        assert (early, later, codes()) == ([], [Code.JRN_UNKNOWN], [])


class TestRefusals:
    def test_a_refused_account_is_a_case_in_its_words_and_is_not_asked_again(self, folder, clock: Clock):
        row = approved(at=clock.now, lines=lines_of(4205, "x", accounts=("410", "610")))
        post_journals(clock)
        clock.turn(hours=2)
        again = post_journals(clock)

        journal = Journal.objects.get()
        assert (journal.state, state_of(row), codes()) == (JournalState.REFUSED, WriteOffState.APPROVED, [Code.JRN_REJECTED])
        assert "610" in journal.why
        assert (again, ExceptionCase.objects.get().evidence["fault"]) == ({"made": 0, "in_doubt": 0}, "account")

    def test_posted_again_by_a_person_it_goes_into_a_new_journal_and_the_case_closes(self, folder, clock: Clock, tmp_path):
        accounts = '{"accounts":[{"code":"410"},{"code":"310","why_not":"Not today."}]}'
        (tmp_path / "books").mkdir()
        (tmp_path / "books" / "books.json").write_text(accounts)
        row = approved(at=clock.now)
        post_journals(clock)
        (tmp_path / "books" / "books.json").write_text("{}")

        assert posting.post_again(row.reference, actor=approver(), at=clock.now)
        post_journals(clock)

        assert (state_of(row), codes()) == (WriteOffState.VERIFIED, [])
        assert list(Journal.objects.order_by("key").values_list("key", "state")) == [
            ("ber:BER-260609-00001:1", JournalState.DROPPED),
            ("ber:BER-260609-00001:2", JournalState.VERIFIED),
        ]
        assert not posting.post_again(row.reference, actor=approver(), at=clock.now)

    def test_approved_anew_after_a_refusal_it_goes_into_a_new_journal(self, folder, clock: Clock):
        row = approved(at=clock.now, lines=lines_of(4205, "x", accounts=("410", "610")))
        post_journals(clock)
        at = clock.turn(hours=1)
        WriteOff.objects.filter(pk=row.pk).update(lines=lines_of(4205, "x"), lines_hash="new", approved_hash="new", first_at=at)

        post_journals(clock)

        assert (state_of(row), codes()) == (WriteOffState.VERIFIED, [])

    def test_what_does_not_balance_is_never_sent(self, folder, clock: Clock, tmp_path):
        lines = lines_of(4205, "x")
        lines[0]["debit_pence"] = 4204
        approved(at=clock.now, lines=lines)

        post_journals(clock)

        assert ExceptionCase.objects.get().evidence["fault"] == "balance"
        assert not (tmp_path / "books" / "journals.jsonl").exists()

    def test_books_in_another_currency_get_nothing(self, xero: FakeXero, clock: Clock):
        xero.currency = "NZD"
        approved(at=clock.now)

        post_journals(clock)

        assert (ExceptionCase.objects.get().evidence["fault"], xero.journals) == ("currency", {})

    def test_a_draft_that_shows_another_amount_is_dropped_and_never_posted(self, xero: FakeXero, clock: Clock):
        row = approved(at=clock.now)
        wrong = xero._create

        def other(said):
            for line, amount in zip(said["JournalLines"], (42.5, -42.5), strict=True):
                line["LineAmount"] = amount
            return wrong(said)

        xero._create = other
        post_journals(clock)

        assert [journal["Status"] for journal in xero.journals.values()] == ["DELETED"]
        assert (state_of(row), codes()) == (WriteOffState.APPROVED, [Code.JRN_MISMATCH])

    def test_another_amount_read_back_is_a_case_and_nothing_is_posted_twice(self, xero: FakeXero, clock: Clock):
        row = approved(at=clock.now)
        change = xero._change

        def edit(one, said):
            answer = change(one, said)
            for line, amount in zip(xero.journals[one]["JournalLines"], (42.5, -42.5), strict=True):
                line["LineAmount"] = amount
            return answer

        xero._change = edit
        post_journals(clock)
        post_journals(clock)

        case = ExceptionCase.objects.get()
        assert (case.code, case.evidence["fault"], case.evidence["fields"]) == (Code.JRN_MISMATCH, "shown", ["amount"])
        assert (state_of(row), Journal.objects.get().state, len(xero.journals)) == (WriteOffState.POSTED, JournalState.POSTED, 1)


class TestReversals:
    @pytest.fixture
    def posted(self, folder, clock: Clock) -> WriteOff:
        row = approved(at=clock.now)
        post_journals(clock)
        return row

    @pytest.fixture
    def manager(self) -> User:
        user = approver("manager")
        user.user_permissions.add(Permission.objects.get(codename="reverse_writeoff"))
        return user

    def test_a_refused_one_can_be_asked_for_anew(self, folder, clock: Clock, tmp_path, posted: WriteOff, manager: User):
        (tmp_path / "books" / "books.json").write_text('{"accounts":[{"code":"410"},{"code":"310","why_not":"Not today."}]}')
        reversing.ask(posted.reference, reason="Found", actor=manager, at=clock.now)
        post_journals(clock)
        refused = (state_of(posted), codes())
        (tmp_path / "books" / "books.json").write_text("{}")

        reversing.ask(posted.reference, reason="Found", actor=manager, at=clock.now)
        post_journals(clock)

        assert refused == (WriteOffState.VERIFIED, [Code.JRN_REJECTED])
        assert (state_of(posted), codes()) == (WriteOffState.REVERSED, [])
        assert dict(Journal.objects.filter(kind="reversal").values_list("key", "state")) == {
            "ber:BER-260609-00001:r1": JournalState.DROPPED,
            "ber:BER-260609-00001:r2": JournalState.VERIFIED,
        }

    def test_one_whose_asker_has_lost_the_right_is_never_sent(self, folder, clock: Clock, posted: WriteOff, manager: User):
        reversing.ask(posted.reference, reason="Found", actor=manager, at=clock.now)
        manager.user_permissions.clear()

        post_journals(clock)

        posted.refresh_from_db()
        assert folder.find("ber:BER-260609-00001:r1") == []
        assert (posted.state, posted.reversal, Journal.objects.get(kind="reversal").state) == ("verified", None, JournalState.DROPPED)

    def test_what_the_ledger_has_not_shown_as_approved_is_not_reversed(self, folder, clock: Clock, posted: WriteOff, manager: User):
        WriteOff.objects.filter(pk=posted.pk).update(state=WriteOffState.POSTED)

        with pytest.raises(Refused, match="has not shown it as it was approved"):
            reversing.ask(posted.reference, reason="Found", actor=manager, at=clock.now)

    def test_what_somebody_voided_in_the_ledger_is_not_reversed_on_top(self, folder, clock: Clock, posted: WriteOff, manager: User):
        journal = Journal.objects.get()
        facts = {"key": journal.key, "dated_on": journal.post_on, "total_pence": 4205, "content_hash": "x", "seen_at": clock.now}
        LedgerDocument.objects.create(external_id=journal.external_id, status=DocStatus.VOID.value, **facts)

        with pytest.raises(Refused, match="void"):
            reversing.ask(posted.reference, reason="Found", actor=manager, at=clock.now)

        assert not Journal.objects.filter(kind="reversal").exists()


class TestRegraded:
    def test_what_is_graded_otherwise_on_its_way_and_then_refused_is_withdrawn_and_never_posted_again(self, folder, clock: Clock):
        at = clock.now
        ret = Return.objects.create(acs_id="R-1", arrived_at=at, told_at=at, fetched_at=at, content_hash="x")
        item = ReturnItem.objects.create(ret=ret, line_id="1", rfid="E1", raw_grade="BER", grade=make_grade(), graded_at=at)
        row = approved(at=at, item=item, lines=lines_of(4205, "x", accounts=("410", "610")))
        posting.make_journals(at=at)
        ReturnItem.objects.update(raw_grade="A", grade=make_grade("a", "A"))

        post_journals(clock)

        assert state_of(row) == WriteOffState.REJECTED


class TestClosedPeriods:
    def test_it_is_posted_under_the_first_open_day_with_the_true_day_in_its_memos(self, folder, clock: Clock, tmp_path):
        (tmp_path / "books").mkdir()
        (tmp_path / "books" / "books.json").write_text('{"locked_to":"2026-05-31"}')
        row = approved(at=clock.now, on=date(2026, 5, 29))

        post_journals(clock)

        [doc] = folder.find("ber:BER-260609-00001:1")
        row.refresh_from_db()
        assert (doc.status, doc.on) == (DocStatus.POSTED, date(2026, 6, 1))
        assert all("2026-05-29" in line.memo for line in doc.lines)
        assert (row.state, row.post_on, row.approved_hash, Approval.objects.count()) == ("verified", date(2026, 5, 29), "signed 1", 0)

    def test_a_period_that_closes_between_the_check_and_the_posting_does_the_same(self, xero: FakeXero, clock: Clock):
        row = approved(at=clock.now, on=date(2026, 5, 29))
        create = xero._create

        def close_then_create(said):
            xero.locked_to = date(2026, 5, 31)
            return create(said)

        xero._create = close_then_create
        post_journals(clock)

        assert [journal["Status"] for journal in xero.journals.values()] == ["DELETED", "POSTED"]
        assert (state_of(row), Journal.objects.get().post_on) == (WriteOffState.VERIFIED, date(2026, 6, 1))

    def test_a_month_signed_off_here_counts_as_closed(self, folder, clock: Clock):
        PeriodSignOff.objects.create(month=date(2026, 5, 1), figures={}, figures_hash="", signed_by=approver(), signed_at=clock.now)
        approved(at=clock.now, on=date(2026, 5, 29))

        post_journals(clock)

        assert Journal.objects.get().post_on == date(2026, 6, 1)

    def test_a_ledger_that_closes_as_fast_as_we_date_anew_is_a_case(self, xero: FakeXero, clock: Clock):
        row = approved(at=clock.now)
        xero.fail("POST", xero.refused("The document date cannot be before the period lock date"), when="before")
        xero.fail("POST", (200, JSON, b'{"ManualJournals":[{"ManualJournalID":"1","Status":"DELETED","Date":"/Date(0)/"}]}'), when="before")
        xero.fail("POST", xero.refused("The document date cannot be before the period lock date"), when="before")

        post_journals(clock)

        assert (state_of(row), ExceptionCase.objects.get().evidence["fault"]) == (WriteOffState.APPROVED, "closed")


def test_a_ledger_that_is_down_keeps_everything_waiting_and_posts_it_later(xero: FakeXero, clock: Clock):
    rows = [approved(number, at=clock.now) for number in (1, 2, 3)]
    xero.web.reply = lambda asked: (503, JSON, b"")

    told = post_journals(clock)
    xero.web.reply = xero.reply
    clock.turn(hours=1)
    post_journals(clock)

    assert (told["made"], told["later"]) == (3, 1)
    assert {state_of(row) for row in rows} == {WriteOffState.VERIFIED}
