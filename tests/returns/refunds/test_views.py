"""The pages about refunds: the list that finance works through, and the card at the garment."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exceptions_queue.catalogue import CATALOGUE, Code
from exceptions_queue.models import ExceptionCase
from returns.actions import refunds
from returns.models import Refund
from returns.states import Grade
from tests.callers import person
from tests.config.people import PASSWORD, sign_in
from tests.returns.builders import NOON, People
from tests.returns.refunds.due import came_back, proposed, sold

pytestmark = pytest.mark.django_db
LIST = "/returns/refunds/"


@pytest.fixture(autouse=True)
def sandbox(people: People, settings):
    cache.clear()
    settings.SANDBOX = True


@pytest.fixture
def agnes(people: People) -> Client:
    return sign_in(people.finance)


def act(client: Client, one: Refund, what: str, **said: object):
    return client.post(f"/returns/refunds/{one.pk}/{what}/", said)


class TestList:
    def test_it_is_worked_through_row_by_row(self, agnes: Client):
        some = [proposed() for _ in range(3)]
        page = agnes.get(LIST)
        assert page.content.decode().count("Approve £84.00") == 3
        assert page.context["tabs"][0] == ("waiting", "Awaiting me", 3)

        after = agnes.post(f"{LIST}{some[0].pk}/approve/", {"pence": 8_400, "back": "list"}, follow=True)

        assert "£84.00 is approved." in after.content.decode()
        assert (after.redirect_chain[0][0], Refund.objects.get(pk=some[0].pk).state) == (LIST, "approved")

    @pytest.mark.parametrize("tab", ["waiting", "others", "on_the_way", "given", "declined", "?"])
    def test_an_empty_tab_says_so_in_a_sentence(self, agnes: Client, tab: str):
        page = agnes.get(LIST, {"tab": tab})
        assert page.status_code == 200
        assert page.context["nothing"].endswith(".")
        assert page.context["nothing"] in page.content.decode()

    def test_pages_hold_as_many_as_can_be_worked_through(self, agnes: Client):
        for _ in range(27):
            proposed()
        first = agnes.get(LIST)
        second = agnes.get(LIST, {"after": first.context["page"].next})

        assert [len(page.context["rows"]) for page in (first, second)] == [25, 2]

    def test_who_only_looks_is_offered_nothing(self):
        proposed()
        page = sign_in(person("viewer")).get(LIST).content.decode()
        assert "£84.00" in page
        assert "Approve £84.00" not in page
        assert "Decline it" not in page

    def test_above_the_limit_the_row_says_who_approves(self, agnes: Client):
        proposed(pence=24_000)
        page = agnes.get(LIST).content.decode()
        assert "it needs a higher tier" in page
        assert "Approve £240.00" not in page

    @pytest.mark.parametrize("pence", [8_400, 60_000], ids=["for one", "for two"])
    def test_the_same_statements_with_three_and_with_twenty_rows(self, agnes: Client, people: People, pence: int):
        def statements() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert agnes.get(LIST).status_code == 200
            return len([one for one in queries.captured_queries if "returns_" in one["sql"] or "orders_" in one["sql"]])

        def some(count: int) -> None:
            for one in [proposed(pence=pence) for _ in range(count)]:
                if pence == 60_000:
                    refunds.approve(one.pk, pence=pence, actor=people.manager, at=NOON)

        some(3)
        agnes.get(LIST)
        few = statements()
        some(17)

        assert (statements(), len(agnes.get(LIST).context["rows"])) == (few, 20)


class TestByTwo:
    @pytest.fixture
    def one(self) -> Refund:
        return proposed(pence=60_000)

    def test_the_first_reads_that_it_takes_two_before_and_after(self, people: People, one: Refund):
        martin = sign_in(people.manager)
        assert "It takes two: a second person approves it after you." in martin.get(LIST).content.decode()

        after = act_on(martin, one).content.decode()

        assert "£600.00 has your approval. It takes two" in after
        assert Refund.objects.get().state == "awaiting_second"

    def test_it_waits_for_others_with_the_first_and_for_the_others_with_them(self, people: People, agnes: Client, one: Refund):
        martin = sign_in(people.manager)
        act_on(martin, one)

        mine, others = martin.get(LIST), martin.get(LIST, {"tab": "others"})
        page = agnes.get(LIST)

        assert [len(each.context["rows"]) for each in (mine, others, page)] == [0, 1, 1]
        assert "so someone else must be the second" in others.content.decode()
        assert "finance_manager approved it first; a second person, of any tier, has to approve it too." in page.content.decode()
        assert "You approve it as the second of two." in page.content.decode()
        assert "£600.00 is approved." in act_on(agnes, one).content.decode()

    def test_who_only_looks_sees_one_tab_of_what_waits_and_who_approved_it_first(self, people: People, one: Refund):
        act_on(sign_in(people.manager), one)
        page = sign_in(person("viewer")).get(LIST)

        assert [label for _, label, _ in page.context["tabs"]] == ["Waiting", "On the way", "Given", "Declined"]
        assert "finance_manager approved it first" in page.content.decode()
        assert "Finance decides." in page.content.decode()

    def test_the_garments_card_and_its_case_say_so_too(self, people: People, agnes: Client, one: Refund):
        act_on(sign_in(people.manager), one)
        page = agnes.get(f"/returns/{one.item.ret.acs_id}/").content.decode()

        assert "Awaiting second approval" in page
        assert "finance_manager approved it first; a second person" in page
        assert "approved the refund as the first of two" in page
        assert CATALOGUE[Code.REF_DUE].sentence(ExceptionCase.objects.get().evidence).startswith("A refund was approved by one person.")

    def test_whom_the_first_stood_in_for_is_named(self, people: People, agnes: Client, one: Refund):
        refunds.approve(one.pk, pence=60_000, actor=people.manager, at=NOON)
        Refund.objects.update(first_for=people.boss)

        assert "finance_manager approved it first for boss; a second person" in agnes.get(LIST).content.decode()


def act_on(client: Client, one: Refund):
    return client.post(f"{LIST}{one.pk}/approve/", {"pence": 60_000, "back": "list"}, follow=True)


class TestDeciding:
    def test_an_amount_that_changed_is_refused_on_the_page_with_a_sentence(self, agnes: Client):
        one = proposed()
        page = act(agnes, one, "approve", pence=8_000, back="list")

        assert page.status_code == 409
        assert "It is £84.00 now and was £80.00 when you looked" in page.content.decode()
        assert Refund.objects.get().state == "proposed"

    @pytest.mark.parametrize("pence", ["", "x", "-1", "9" * 40])
    def test_strange_amounts_are_answered(self, agnes: Client, pence: str):
        assert act(agnes, proposed(), "approve", pence=pence).status_code == 422

    def test_it_is_declined_with_a_reason_and_not_without(self, agnes: Client):
        one = proposed()
        assert act(agnes, one, "decline", reason=" ", back="list").status_code == 422
        act(agnes, one, "decline", reason="Worn before.")
        assert (Refund.objects.get().state, Refund.objects.get().reason) == ("declined", "Worn before.")

    def test_an_old_session_is_asked_for_the_password_first(self, people: People):
        one = proposed()
        people.finance.set_password(PASSWORD)
        people.finance.save()
        answer = act(sign_in(people.finance, ago_s=601), one, "approve", pence=8_400)

        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]
        assert Refund.objects.get().state == "proposed"

    def test_what_is_not_there(self, agnes: Client):
        for what in ("approve", "decline"):
            assert agnes.post(f"{LIST}99/{what}/").status_code == 404
        assert agnes.post("/returns/garments/99/refund/", {"reason": "x"}).status_code == 404


class TestGarment:
    def test_the_card_says_amount_state_and_key(self, agnes: Client):
        one = proposed()
        page = agnes.get(f"/returns/{one.item.ret.acs_id}/").content.decode()

        assert "Refund of £84.00" in page
        assert one.key in page
        assert "Approve £84.00" in page
        assert "proposed a refund" in page
        assert "REF-DUE" in page

    def test_where_there_is_none_it_says_why_and_cx_may_propose_one(self):
        item = came_back(sold(hire=True), grade=Grade.BER)
        refunds.look([item.pk], at=NOON)
        priya = sign_in(person("cx"))
        page = priya.get(f"/returns/{item.ret.acs_id}/").content.decode()
        assert "a hire is not given back because the garment came back" in page

        after = priya.post(f"/returns/garments/{item.pk}/refund/", {"reason": "Torn on arrival."}, follow=True).content.decode()
        assert "proposed it: Torn on arrival." in after
        assert (Refund.objects.get().state, Refund.objects.get().proposed_by.username) == ("proposed", "cx")

    def test_a_refused_proposal_comes_back_with_the_page(self):
        item = came_back(sold(), at=timezone.now())
        answer = sign_in(person("cx")).post(f"/returns/garments/{item.pk}/refund/", {"reason": "Please."})
        assert answer.status_code == 409
        assert "what was paid for it is due" in answer.content.decode()

    def test_what_is_approved_and_only_observed_says_that_it_waits(self, agnes: Client, people: People):
        one = proposed()
        refunds.approve(one.pk, pence=8_400, actor=people.colleague, at=NOON)
        page = agnes.get(f"/returns/{one.item.ret.acs_id}/").content.decode()
        assert "only observed" in page
