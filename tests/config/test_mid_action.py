"""Something ends while somebody works: the session, or a role. The next request knows, and nothing is done that was not allowed."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.utils import timezone

from exceptions_queue.actions import bulk
from exceptions_queue.models import BulkJob, CaseNote, ExceptionCase
from partners import tokens
from tests.config.people import PASSWORD, load_roles, make_person, sign_in
from tests.exceptions_queue.builders import one_case
from tests.orders.builders import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded():
    cache.clear()
    load_roles()


@pytest.fixture
def priya():
    return make_person("priya", "cx", password=PASSWORD)


def becomes(user: User, role: str) -> None:
    user.groups.set(Group.objects.filter(name=role))


class TestTheSessionEnds:
    def test_an_act_goes_to_the_login_does_nothing_and_can_be_done_again_from_the_same_page(self, priya, noon):
        case = one_case(at=noon, order_number="LS-1")
        client = sign_in(priya)
        page, act = f"/queue/{case.pk}/?from=list", f"/queue/{case.pk}/note/"
        client.session.flush()

        refused = client.post(act, {"text": "Called her"}, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"})
        assert (refused.status_code, CaseNote.objects.count()) == (204, 0)
        login = refused["HX-Redirect"]
        assert login == f"/account/login/?next=/queue/{case.pk}/%3Ffrom%3Dlist"

        back = client.post(login, {"login": "priya", "password": PASSWORD, "next": page})
        assert (back["Location"], client.get(back["Location"]).status_code) == (page, 200)
        assert client.post(act, {"text": "Called her"}).status_code in {200, 302}
        assert CaseNote.objects.get().text == "Called her"

    def test_an_idle_session_is_asked_for_a_login_by_the_act_too(self, priya, noon):
        case, client = one_case(at=noon), sign_in(priya)
        session = client.session
        session["seen_at"] = 1
        session.save()

        answer = client.post(f"/queue/{case.pk}/note/", {"text": "x"}, headers={"HX-Request": "true"})

        assert (answer.status_code, answer["HX-Redirect"], CaseNote.objects.count()) == (204, "/account/login/", 0)


class TestTheRoleEnds:
    """CX agent a moment ago, viewer now: looking goes on, acting does not."""

    @pytest.fixture
    def client(self, priya):
        client = sign_in(priya)
        assert client.get("/queue/").status_code == 200
        return client

    @pytest.mark.parametrize(
        ("act", "sent"),
        [
            ("take", {}),
            ("assign", {"to": "me"}),
            ("snooze", {"until": "2026-06-09T13:00"}),
            ("waive", {"reason": "x"}),
            ("close", {"reason": "x", "accept": "on"}),
        ],
    )
    def test_acts_on_a_case_are_refused(self, client, priya, noon, act, sent):
        case = one_case(at=noon)
        becomes(priya, "viewer")

        answer = client.post(f"/queue/{case.pk}/{act}/", sent | {"version": case.version})

        assert (answer.status_code, ExceptionCase.objects.get(pk=case.pk).version) == (403, case.version)

    @pytest.mark.parametrize("act", ["correct-mobile", "cancel", "hold", "convert-to-home"])
    def test_acts_on_an_order_are_refused_and_their_panels_show_nothing(self, client, priya, act):
        order = make_order(mobile="0113 496 0123")
        becomes(priya, "viewer")

        panel = client.get(f"/orders/{order.number}/{act}/", headers={"HX-Request": "true"})
        answer = client.post(f"/orders/{order.number}/{act}/", {"value": "07712 345 068", "version": order.version, "reason": "x"})

        order.refresh_from_db()
        assert (answer.status_code, order.mobile) == (403, "0113 496 0123")
        assert "0113" not in panel.content.decode()

    @pytest.mark.parametrize("kind", bulk.ACTS)
    def test_bulk_acts_are_refused(self, client, priya, noon, kind):
        case = one_case(at=noon)
        becomes(priya, "viewer")

        answer = client.post("/queue/bulk/", {"kind": kind, "ids": [case.pk], "to": "me", "note": "x", "text": "x", "owner": "cx"})

        assert (answer.status_code, BulkJob.objects.count()) == (403, 0)

    def test_what_was_done_before_is_not_taken_back_or_stopped(self, client, priya, noon):
        case = one_case(at=noon)
        client.post("/queue/bulk/", {"kind": "assign", "ids": [case.pk], "to": "me"})
        job = BulkJob.objects.get()
        becomes(priya, "viewer")

        codes = [client.post(f"/queue/jobs/{job.pk}/{act}/").status_code for act in ("stop", "go-on", "undo")]

        assert (codes, client.post("/queue/undo/", {"undo_token": "x"}).status_code) == ([403] * 3, 403)

    def test_a_token_loses_what_its_user_loses(self, client, priya):
        _, key = tokens.create(priya, name="t", scopes=["orders:read", "orders:write"], days=1, actor=priya, at=timezone.now())
        order, bearer = make_order(), {"authorization": f"Bearer {key}"}
        becomes(priya, "viewer")

        answer = client.post(f"/api/v1/orders/{order.number}/cancel/", "{}", content_type="application/json", headers=bearer)

        assert answer.status_code == 403
        assert client.get("/api/v1/orders/", headers=bearer).status_code == 200

    def test_the_navigation_follows(self, client, priya):
        assert "/settings/people/" not in client.get("/settings/").content.decode()

        becomes(priya, "integration")

        assert "/settings/people/" in client.get("/settings/").content.decode()
