"""The pages about refunds: the list that finance works through, and the card at the garment."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

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
        assert page.context["tabs"][0] == ("waiting", "Waiting", 3)

        after = agnes.post(f"{LIST}{some[0].pk}/approve/", {"pence": 8_400, "back": "list"}, follow=True)

        assert "£84.00 is approved." in after.content.decode()
        assert (after.redirect_chain[0][0], Refund.objects.get(pk=some[0].pk).state) == (LIST, "approved")

    @pytest.mark.parametrize("tab", ["waiting", "on_the_way", "given", "declined", "?"])
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

    def test_the_same_statements_with_three_and_with_twenty_rows(self, agnes: Client):
        def statements() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert agnes.get(LIST).status_code == 200
            return len([one for one in queries.captured_queries if "returns_" in one["sql"] or "orders_" in one["sql"]])

        for _ in range(3):
            proposed()
        agnes.get(LIST)
        few = statements()
        for _ in range(17):
            proposed()

        assert statements() == few


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
