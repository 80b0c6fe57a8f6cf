"""Deciding: the sheet, the approval of many, questions and answers, rejecting, completing, reversing. Each forbidden thing stays undone."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from returns.models import Approval, Journal, WriteOff
from returns.states import JournalState, WriteOffState
from tests.config.people import PASSWORD, sign_in
from tests.returns.builders import People, make_item
from tests.returns.builders import make_write_off as raised
from tests.returns.clients import in_two_steps
from tests.returns.written_off import make_many, make_posted, make_write_off

pytestmark = pytest.mark.django_db
_S = WriteOffState
APPROVE = "/write-offs/approve/"


@pytest.fixture(autouse=True)
def sandbox(people: People, settings: LazySettings) -> LazySettings:
    cache.clear()
    settings.SANDBOX = True
    return settings


@pytest.fixture
def agnes(people: People) -> Client:
    return sign_in(people.finance)


def picks(*write_offs: WriteOff) -> dict[str, list[str]]:
    return {"pick": [f"{one.reference}:{one.lines_hash}" for one in write_offs]}


def states(*write_offs: WriteOff) -> list[str]:
    found = dict(WriteOff.objects.values_list("pk", "state"))
    return [found[one.pk] for one in write_offs]


class TestTheSheet:
    def test_it_says_what_an_approval_would_do_and_does_nothing(self, agnes: Client, people: People):
        made = make_many(range(1, 4), at=timezone.now())
        mine = make_write_off(9, at=timezone.now(), raised_by=people.finance)

        text = agnes.post(APPROVE, picks(*made, mine)).content.decode()

        assert "Approve 3 write-offs?" in text
        assert "£126.30" in text
        assert "They post as 3 journals, one for each garment" in text
        assert "1 would be left as it is" in text
        assert "You raised this write-off, so someone else must approve it." in text
        assert states(*made, mine) == [_S.AWAITING_APPROVAL] * 4

    def test_by_day_they_post_as_one(self, agnes: Client, sandbox: LazySettings):
        sandbox.LEDGER_POSTING = "day"

        assert "They post as one journal a day" in agnes.post(APPROVE, picks(*make_many((1, 2), at=timezone.now()))).content.decode()

    @pytest.mark.parametrize("sent", [{}, {"pick": ""}, {"pick": ":x"}])
    def test_without_a_pick_it_leads_back_and_says_so(self, agnes: Client, sent: dict[str, str]):
        answer = agnes.post(APPROVE, sent, follow=True)

        assert "Pick the write-offs first." in answer.content.decode()

    @pytest.mark.parametrize("pick", ["BER-NO:x", "\u202e", "x" * 500, "BER-260609-00001"])
    def test_a_pick_of_nothing_that_there_is_is_left_in_words(self, agnes: Client, pick: str):
        answer = agnes.post(APPROVE, {"pick": pick, "do": "approve"})

        assert answer.status_code == 200
        assert "There is no such write-off." in answer.content.decode()

    def test_its_statements_do_not_grow_with_what_is_picked(self, agnes: Client):
        made, counts = make_many(range(1, 31), at=timezone.now()), []
        for some in (made[:3], made[:3], made):
            with CaptureQueriesContext(connection) as queries:
                agnes.post(APPROVE, picks(*some))
            counts.append(len(queries))

        assert counts[1] == counts[2] <= 16


class TestApproving:
    def test_what_is_picked_is_approved_and_the_rest_is_told_why_not(self, agnes: Client, people: People):
        good, changed = make_write_off(1, at=timezone.now()), make_write_off(2, at=timezone.now())
        mine = make_write_off(3, at=timezone.now(), raised_by=people.finance)
        sent = picks(good, changed, mine)
        WriteOff.objects.filter(pk=changed.pk).update(lines_hash="another")

        text = agnes.post(APPROVE, {**sent, "do": "approve", "comment": "Seen"}).content.decode()

        assert states(good, changed, mine) == [_S.APPROVED, _S.AWAITING_APPROVAL, _S.AWAITING_APPROVAL]
        assert "1 approved, £42.10; 2 held back" in text
        assert "It has changed since you opened it: look at it again." in text
        assert "You raised this write-off, so someone else must approve it." in text
        assert Approval.objects.get().comment == "Seen"

    def test_a_set_sum_is_typed_once_more(self, people: People):
        big, client = make_write_off(1, at=timezone.now(), pence=40_000, photos=3), sign_in(people.manager)
        more = make_write_off(2, at=timezone.now(), pence=60_000, photos=3)
        WriteOff.objects.filter(pk=more.pk).update(needs_second=True)
        sent = picks(big, more) | {"do": ["approve"]}

        assert "Type the total" in client.post(APPROVE, picks(big, more)).content.decode()
        for total in ("", "999.99", "a lot"):
            assert client.post(APPROVE, sent | {"total": [total]}).status_code == 422
        assert states(big, more) == [_S.AWAITING_APPROVAL] * 2

        assert client.post(APPROVE, sent | {"total": ["£1,000"]}).status_code == 200
        assert states(big, more) == [_S.APPROVED, _S.AWAITING_SECOND]

    def test_an_address_that_is_asked_for_leads_to_the_list(self, agnes: Client):
        assert agnes.get(APPROVE)["Location"] == "/write-offs/"


class TestProof:
    """A money act wants a password of the last ten minutes, and two steps outside the make-believe world."""

    def acts(self, one: WriteOff, posted: WriteOff) -> dict[str, dict[str, object]]:
        return {
            APPROVE: {**picks(one), "do": "approve"},
            f"/write-offs/{one.reference}/query/": {"question": "Why?"},
            f"/write-offs/{one.reference}/reject/": {"reason": "regrade"},
            f"/write-offs/{posted.reference}/reverse/": {"reason": "Found"},
            "/settings/limits/": {"tier": "finance", "limit_pence": "1", "second_above_pence": "1", "reason": "x"},
            "/settings/delegations/": {"taker": "1"},
        }

    def test_an_old_session_is_asked_for_the_password_and_nothing_is_done(self, people: People):
        one, posted = make_write_off(1, at=timezone.now()), make_posted(2, at=timezone.now(), first_by=people.colleague)
        people.manager.set_password(PASSWORD)
        people.manager.save()
        client = sign_in(people.manager, ago_s=601)

        for address, sent in self.acts(one, posted).items():
            assert client.post(address, sent)["Location"].startswith("/account/reauthenticate/"), address
        assert states(one) == [_S.AWAITING_APPROVAL]
        assert not Approval.objects.exists()

    def test_outside_the_make_believe_world_one_step_is_not_enough(self, people: People, sandbox: LazySettings):
        sandbox.SANDBOX = False
        one, posted = make_write_off(1, at=timezone.now()), make_posted(2, at=timezone.now(), first_by=people.colleague)
        client = sign_in(people.manager)

        for address, sent in self.acts(one, posted).items():
            assert client.post(address, sent)["Location"] == "/account/2fa/", address
        assert not Approval.objects.exists()
        assert "Deciding about money needs two-step sign-in." in client.get("/account/2fa/").content.decode()

    def test_who_has_a_second_step_but_did_not_give_it_is_asked_for_it(self, people: People, sandbox: LazySettings):
        sandbox.SANDBOX = False
        Authenticator.objects.create(user=people.finance, type=Authenticator.Type.TOTP, data={"secret": "x"})
        one = make_write_off(1, at=timezone.now())

        client = sign_in(people.finance)
        answer = client.post(APPROVE, {**picks(one), "do": "approve"})

        assert answer["Location"].startswith("/account/2fa/reauthenticate/")
        assert client.get(answer["Location"]).status_code == 200
        assert states(one) == [_S.AWAITING_APPROVAL]

    def test_with_both_steps_it_is_done(self, people: People, sandbox: LazySettings):
        sandbox.SANDBOX = False
        one = make_write_off(1, at=timezone.now())

        in_two_steps(people.finance).post(APPROVE, {**picks(one), "do": "approve"})

        assert states(one) == [_S.APPROVED]


class TestQuestions:
    def test_a_question_goes_back_and_its_answer_comes_again(self, agnes: Client, people: People):
        one = raised()
        page = f"/write-offs/{one.reference}/"
        agnes.post(f"{page}query/", {"question": "Is it the seam?"})

        warehouse = sign_in(people.warehouse)
        assert "Is it the seam?" in warehouse.get(page).content.decode()
        assert states(one) == [_S.QUERIED]
        warehouse.post(f"{page}answer/", {"answer": "No, the cloth"})

        text = agnes.get(page).content.decode()
        assert states(one) == [_S.AWAITING_APPROVAL]
        assert "answered" in text
        assert "No, the cloth" in text

    @pytest.mark.parametrize(("act", "sent"), [("query", {"question": " "}), ("reject", {"reason": ""}), ("reject", {"reason": "other"})])
    def test_without_words_nothing_is_done_and_the_field_says_so(self, agnes: Client, act: str, sent: dict[str, str]):
        one = make_write_off(1, at=timezone.now())

        answer = agnes.post(f"/write-offs/{one.reference}/{act}/", sent)

        assert (answer.status_code, states(one)) == (422, [_S.AWAITING_APPROVAL])
        assert b'aria-invalid="true"' in answer.content

    def test_a_rejection_keeps_its_reason(self, agnes: Client):
        one = make_write_off(1, at=timezone.now())

        agnes.post(f"/write-offs/{one.reference}/reject/", {"reason": "regrade", "note": "Look at the hem"})

        assert states(one) == [_S.REJECTED]
        assert Approval.objects.get().comment == "Grade is wrong: Look at the hem"

    def test_what_is_decided_already_is_refused_in_words(self, agnes: Client, people: People):
        one = make_posted(1, at=timezone.now(), first_by=people.colleague)

        answer = agnes.post(f"/write-offs/{one.reference}/reject/", {"reason": "regrade"})

        assert (answer.status_code, states(one)) == (409, [_S.VERIFIED])
        assert "It is approved already." in answer.content.decode()

    def test_no_question_no_answer(self, agnes: Client):
        one = make_write_off(1, at=timezone.now())

        assert agnes.post(f"/write-offs/{one.reference}/answer/", {"answer": "x"}).status_code == 409

    @pytest.mark.parametrize("act", ["query", "reject", "answer", "complete", "reverse"])
    def test_one_that_is_not_there_is_not_found(self, people: People, act: str):
        sent = {"question": "x", "reason": "x", "answer": "x"}

        assert sign_in(people.manager).post(f"/write-offs/BER-NO/{act}/", sent).status_code == 404


class TestCompleting:
    def form(self, client: Client, one: WriteOff, **typed: str) -> dict[str, str]:
        """What the page's form sends: what stands, what stood, and what is typed over it."""
        form = client.get(f"/write-offs/{one.reference}/").context["complete_form"]
        shown = {name: str(form[name].value() or "") for name in form.fields}
        return shown | {f"initial-{name}": value for name, value in shown.items()} | typed

    def test_what_lacked_is_added_and_it_goes_on_to_approval(self, people: People):
        one, client = raised(route=""), sign_in(people.warehouse)
        assert states(one) == [_S.EVIDENCE_NEEDED]

        answer = client.post(f"/write-offs/{one.reference}/complete/", self.form(client, one, route="destroyed", certificate="C-77"))

        one.refresh_from_db()
        assert answer.status_code == 302
        assert (one.state, one.route, one.certificate, one.valued_by) == (_S.AWAITING_APPROVAL, "destroyed", "C-77", None)

    def test_a_value_that_was_not_touched_is_nobodys(self, people: People):
        """Who saves the route only must stay free to approve."""
        one, client = raised(), sign_in(people.finance)

        client.post(f"/write-offs/{one.reference}/complete/", self.form(client, one, certificate="C-1"))

        one.refresh_from_db()
        assert (one.certificate, one.valued_by, one.cost_pence) == ("C-1", None, 4_200)

    def test_a_value_needs_its_source_and_is_the_persons_own(self, people: People):
        one, client = raised(), sign_in(people.warehouse)
        address = f"/write-offs/{one.reference}/complete/"

        refused = client.post(address, self.form(client, one, cost_pence="50"))
        assert refused.status_code == 422
        assert "Say where the value comes from" in refused.content.decode()
        client.post(address, self.form(client, one, cost_pence="50", source="Asset register"))

        one.refresh_from_db()
        assert (one.carrying_pence, one.valued_by) == (5_000, people.warehouse)

    @pytest.mark.parametrize("typed", ["-1", "4.999", "€5", "x", "9" * 19])
    def test_an_amount_that_is_none_says_what_to_type(self, people: People, typed: str):
        one, client = raised(), sign_in(people.warehouse)

        answer = client.post(f"/write-offs/{one.reference}/complete/", self.form(client, one, cost_pence=typed, source="x"))

        one.refresh_from_db()
        assert (answer.status_code, one.cost_pence) == (422, 4_200)


class TestTheLedger:
    def test_what_it_refused_is_said_and_can_be_posted_again(self, people: People):
        one = make_posted(1, at=timezone.now(), first_by=people.finance, state=JournalState.DRIFTED)
        WriteOff.objects.update(state=_S.APPROVED)
        Journal.objects.update(state=JournalState.REFUSED, why="Account 7105 is archived.", posted_at=None)
        client, page = sign_in(people.manager), f"/write-offs/{one.reference}/"
        assert "Account 7105 is archived." in client.get(page).content.decode()
        assert "Account 7105 is archived." in client.get("/write-offs/", {"tab": "approved"}).content.decode()

        client.post(f"{page}post-again/")

        assert Journal.objects.get().state == JournalState.DROPPED
        assert client.get(page).status_code == 200
        assert "or a colleague was quicker" in client.post(f"{page}post-again/", follow=True).content.decode()

    def test_what_it_shows_otherwise_stands_beside_what_was_approved(self, people: People):
        one = make_posted(1, at=timezone.now(), first_by=people.finance, state=JournalState.DRIFTED)
        lines = [{"account": "7105", "amount_pence": 4_000, "memo": ""}, {"account": "1200", "amount_pence": -4_000, "memo": ""}]
        Journal.objects.update(shown={"on": "2026-06-09", "lines": lines}, shown_hash="other")

        text = sign_in(people.finance).get(f"/write-offs/{one.reference}/").content.decode()

        assert "The ledger shows something else than was approved." in text
        assert "In the ledger, 9 June 2026" in text
        assert "£40.00" in text


class TestRaisingByHand:
    def test_whoever_raises_one_is_told_that_another_approves_it(self, agnes: Client):
        make_item(rfid="E-1")

        page = agnes.post("/write-offs/raise/", {"rfid": " E-1 ", "reason": "Burnt by the iron"}, follow=True).content.decode()

        assert "You raised this write-off, so someone else must approve it." in page or "It lacks" in page
        assert (WriteOff.objects.get().raised_by.username, WriteOff.objects.get().reason) == ("finance", "Burnt by the iron")

    @pytest.mark.parametrize("sent", [{"rfid": "E-NO", "reason": "Burnt"}, {"rfid": "", "reason": "Burnt"}, {"rfid": "E-1", "reason": " "}])
    def test_a_garment_nobody_knows_or_no_reason_is_refused_in_words(self, agnes: Client, sent: dict[str, str]):
        make_item(rfid="E-1")

        answer = agnes.post("/write-offs/raise/", sent)

        assert answer.status_code == 422
        assert b'aria-invalid="true"' in answer.content
        assert not WriteOff.objects.exists()


class TestReversing:
    def test_both_journals_stand_side_by_side_before_anything_is_done(self, people: People):
        one = make_posted(1, at=timezone.now() - timedelta(days=1), first_by=people.finance)

        page = sign_in(people.manager).get(f"/write-offs/{one.reference}/reverse/")

        assert [(entry.code, entry.debit, entry.credit) for entry in page.context["before"]] == [
            ("7105", "£42.10", ""),
            ("1200", "", "£42.10"),
        ]
        assert [(entry.code, entry.debit, entry.credit) for entry in page.context["after"]] == [
            ("7105", "", "£42.10"),
            ("1200", "£42.10", ""),
        ]
        assert Journal.objects.count() == 1

    def test_it_is_asked_for_once_with_a_reason(self, people: People):
        one, client = make_posted(1, at=timezone.now(), first_by=people.finance), sign_in(people.manager)
        address = f"/write-offs/{one.reference}/reverse/"

        assert client.post(address, {"reason": ""}).status_code == 422
        assert client.post(address, {"reason": "Found again"}).status_code == 302
        again = client.post(address, {"reason": "Found again"})

        assert (again.status_code, Journal.objects.filter(reverses=one.journal).count()) == (409, 1)
        assert "It is being reversed already." in again.content.decode()

    def test_who_approved_it_is_told_why_not(self, people: People):
        one = make_posted(1, at=timezone.now(), first_by=people.manager)

        answer = sign_in(people.manager).post(f"/write-offs/{one.reference}/reverse/", {"reason": "Found"})

        assert "You approved this write-off, so someone else must reverse it." in answer.content.decode()
        assert Journal.objects.count() == 1

    def test_what_is_not_in_the_ledger_leads_back(self, people: People):
        one = make_write_off(1, at=timezone.now())

        assert sign_in(people.manager).get(f"/write-offs/{one.reference}/reverse/")["Location"] == f"/write-offs/{one.reference}/"
