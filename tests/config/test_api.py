"""What holds for every address under /api/: who gets in, how a refusal reads, and that no input breaks it."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from orders.models import Order
from partners import tokens
from partners.models import ApiToken
from tests.callers import Caller, is_problem, key, load_roles, of_role, person
from tests.orders.builders import make_order, make_shopfloor

pytestmark = pytest.mark.django_db
PATHS = ("orders/", "exceptions/", "lockers/", "sync-runs/")
READS = ("orders:read", "exceptions:read", "lockers:read", "sync:read")
SCOPE_OF = tuple(zip(PATHS, READS, strict=True))


@pytest.fixture(autouse=True)
def house():
    cache.clear()
    load_roles()
    make_shopfloor()


class TestWhoGetsIn:
    @pytest.mark.parametrize(("path", "scope"), SCOPE_OF)
    def test_a_token_with_the_scope_of_a_user_with_the_permission_does(self, path, scope):
        assert of_role("viewer", scope).get(path).status_code == 200

    @pytest.mark.parametrize(("path", "scope"), SCOPE_OF)
    def test_every_other_scope_together_is_not_enough(self, path, scope):
        caller = of_role("cx", *(set(tokens.SCOPES) - {scope}))

        assert scope in is_problem(caller.get(path), 403, "scope")["detail"]

    @pytest.mark.parametrize("path", PATHS)
    def test_the_scope_is_not_enough_for_a_user_without_the_permission(self, path):
        caller = Caller(key(person(""), *READS))

        is_problem(caller.get(path), 403, "permission_denied")

    @pytest.mark.parametrize("path", PATHS)
    def test_nobody_gets_in_without_a_name(self, path):
        answer = Caller().get(path)

        is_problem(answer, 401, "not_authenticated")
        assert answer["WWW-Authenticate"].startswith("Bearer")

    @pytest.mark.parametrize("facts", [{"expires_at": timezone.now()}, {"revoked_at": timezone.now()}], ids=["ended", "revoked"])
    def test_an_ended_or_revoked_token_opens_nothing(self, facts):
        caller = of_role("cx", *READS)
        ApiToken.objects.update(**facts)

        is_problem(caller.get("orders/"), 401, "authentication_failed")

    def test_a_person_deactivated_takes_the_token_along(self):
        user = person("cx")
        caller = Caller(key(user, *READS))
        user.is_active = False
        user.save()

        assert caller.get("orders/").status_code == 401

    def test_a_role_taken_away_acts_at_the_next_request(self):
        user = person("cx")
        caller, before = Caller(key(user, "orders:read")), None
        before = caller.get("orders/").status_code
        user.groups.remove(Group.objects.get(name="cx"))

        assert (before, caller.get("orders/").status_code) == (200, 403)

    def test_a_wrong_token_is_not_saved_by_a_session(self):
        caller = Caller("lockstep_wrong", session=person("cx"))

        assert caller.get("orders/").status_code == 401

    def test_an_act_needs_the_right_to_look_too(self):
        order, user = make_order(), person("")
        user.user_permissions.add(Permission.objects.get(codename="hold_order"))

        answer = Caller(key(user, "orders:write")).post(f"orders/{order.number}/hold/", {"reason": "a", "exit": "b"})

        is_problem(answer, 403)

    def test_a_password_in_the_header_is_no_way_in(self):
        answer = Client().get("/api/v1/orders/", headers={"authorization": "Basic Y3g6Y3g="})

        is_problem(answer, 401)


class TestASession:
    def test_it_reads_without_more(self):
        assert Caller(session=person("viewer")).get("orders/").status_code == 200

    def test_it_acts_with_the_csrf_token_and_never_without(self):
        order, caller = make_order(), Caller(session=person("cx"))
        facts = {"reason": "Customer rang", "exit": "She rings back"}
        caller.client.get("/api/docs/?script=")  # the page that carries the token
        token = caller.client.cookies["csrf"].value

        without = caller.post(f"orders/{order.number}/hold/", facts)
        with_it = caller.post(f"orders/{order.number}/hold/", facts, **{"x-csrftoken": token})

        assert "CSRF" in is_problem(without, 403, "csrf")["detail"]
        assert with_it.status_code == 200


class TestBadInput:
    """Every one of these is a refusal with a sentence, never a fault of ours."""

    @pytest.fixture
    def caller(self):
        return of_role("cx", *tokens.SCOPES)

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("cursor", ["x", "%00", "bLTEuLTE", "AAAA", "bg==", "n" * 400, "bjE3", "bmxvcmVtLmlwc3Vt", "é"])
    def test_a_cursor_that_we_did_not_write(self, caller, path, cursor):
        answer = caller.get(path, cursor=cursor)

        if path != "lockers/" or answer.status_code != 200:  # a locker's place is any text
            assert is_problem(answer, 400, "invalid")["errors"][0]["field"] == "cursor"

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        ("name", "value"), [("ordering", "mobile"), ("mobile__startswith", "07"), ("format", "xml"), ("limit", "9" * 5000), ("limit", "0")]
    )
    def test_a_parameter_that_does_not_exist_or_cannot_be(self, caller, path, name, value):
        assert is_problem(caller.get(path, **{name: value}), 400, "invalid")["errors"][0]["field"] == name

    @pytest.mark.parametrize(
        ("path", "asked"),
        [
            ("orders/", {"q": "\x00"}),
            ("orders/", {"stage": "nowhere"}),
            ("exceptions/", {"state": "gone"}),
            ("exceptions/", {"due_before": "yesterday"}),
            ("exceptions/", {"due_before": "0001-01-01T00:00:00+14:00"}),
            ("exceptions/", {"order": "x" * 65}),
            ("lockers/", {"size": "XL"}),
            ("lockers/", {"place": "\x00"}),
            ("lockers/UK00000904/alternatives/", {"size": "a"}),
            ("lockers/UK00000904/alternatives/", {"limit": "21"}),
            ("sync-runs/", {"outcome": "lost"}),
            ("orders/", {"q": "ada@example.com"}),
        ],
    )
    def test_a_filter_that_cannot_be(self, caller, path, asked):
        is_problem(caller.get(path, **asked), 400)

    @pytest.mark.parametrize(
        "path",
        [
            "orders/%00/",
            "lockers/%00/",
            "stock/%00/",
            "stock/NO/SUCH/",
            f"exceptions/{'9' * 30}/",
            f"exceptions/{'9' * 5000}/",
            "orders/x%0a/",
        ],
    )
    def test_a_thing_that_does_not_exist(self, caller, path):
        is_problem(caller.get(path), 404, "not_found")

    def test_an_address_that_does_not_exist(self, caller):
        is_problem(caller.get("nothing/at/all/"), 404, "not_found")

    @pytest.mark.parametrize(
        "raw",
        [b"", b"{", b"[" * 50_000, b'{"a": NaN}', b"\xff\xfe", b'{"version": ' + b"9" * 5000 + b"}", b'{"to": "\xed\xa0\x80"}'],
        ids=["nothing", "torn", "deep", "nan", "no utf-8", "long number", "half a letter"],
    )
    def test_what_is_not_json(self, caller, raw):
        answer = caller.post("exceptions/1/assign/", raw=raw)

        is_problem(answer, 422 if raw == b"" else 400)

    @pytest.mark.parametrize("body", [[], "text", 7, None, True, [{"version": 1}]])
    def test_json_that_is_no_object(self, caller, body):
        is_problem(caller.post("exceptions/1/assign/", raw=json.dumps(body).encode()), 422, "invalid")

    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"])
    def test_anything_but_json(self, caller, content_type):
        is_problem(caller.post("exceptions/1/assign/", raw=b"to=me", content_type=content_type), 415, "unsupported_media_type")

    @pytest.mark.parametrize("length", [200_000, 3_000_000])
    def test_too_much(self, caller, length):
        is_problem(caller.post("exceptions/1/note/", {"text": "x" * length}), 413)

    @pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace", "post"])
    def test_a_method_it_does_not_know(self, caller, method):
        answer = getattr(caller.client, method)("/api/v1/orders/", headers=caller._headers())

        is_problem(answer, 405, "method_not_allowed")
        assert answer["Allow"] == "GET, HEAD"

    def test_an_answer_that_is_not_json(self, caller):
        answer = caller.client.get("/api/v1/orders/", headers=caller._headers() | {"accept": "text/html"})

        is_problem(answer, 406, "not_acceptable")

    def test_nothing_of_it_changed_an_order(self, caller):
        order = make_order()
        facts = Order.objects.values().get(pk=order.pk)

        answer = caller.post(f"orders/{order.number}/hold/", {"reason": "a", "exit": "b", "state": "released", "total_pence": 0})

        assert {fault["field"] for fault in is_problem(answer, 422)["errors"]} == {"state", "total_pence"}
        assert Order.objects.values().get(pk=order.pk) == facts


class TestHowMuch:
    def test_one_token_too_often_waits_and_another_goes_on(self, settings):
        settings.API_PER_MINUTE = 2
        caller, other = of_role("cx", "orders:read"), of_role("viewer", "orders:read")

        answers = [caller.get("orders/") for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        is_problem(answers[2], 429, "throttled")
        assert 1 <= int(answers[2]["Retry-After"]) <= 60
        assert other.get("orders/").status_code == 200

    def test_the_next_minute_is_a_new_one(self, settings, time_machine):
        settings.API_PER_MINUTE = 1
        time_machine.move_to(timezone.now(), tick=False)
        caller = of_role("cx", "orders:read")
        first, second = caller.get("orders/"), caller.get("orders/")

        time_machine.shift(timedelta(seconds=int(second["Retry-After"])))

        assert [first.status_code, second.status_code, caller.get("orders/").status_code] == [200, 429, 200]


class TestItsDescription:
    def test_any_token_and_every_role_may_read_it(self):
        assert Client().get("/api/schema/", headers={"authorization": f"Bearer {key(person('cx'), 'sync:read')}"}).status_code == 200
        assert Caller(session=person("viewer")).client.get("/api/schema/").status_code == 200

    def test_a_stranger_may_not(self):
        is_problem(Client().get("/api/schema/"), 401)
        is_problem(Caller(session=person("")).client.get("/api/schema/"), 403)

    def test_the_page_is_for_people(self):
        nobody, stranger, viewer = Client(), Caller(session=person("")).client, Caller(session=person("viewer")).client

        answers = [client.get("/api/docs/") for client in (nobody, stranger, viewer)]

        assert [answer.status_code for answer in answers] == [302, 403, 200]
        assert answers[0]["Location"] == "/account/login/?next=/api/docs/"
        assert "Not yours to do" in answers[1].content.decode()

    def test_the_page_keeps_to_the_house_s_policy(self):
        answer = Caller(session=person("viewer")).client.get("/api/docs/")

        assert "unsafe" not in answer["Content-Security-Policy"]
        assert "<style" not in answer.content.decode()


def test_what_is_answered_is_kept_by_no_cache():
    assert of_role("cx", "orders:read").get("orders/")["Cache-Control"] == "no-store"
