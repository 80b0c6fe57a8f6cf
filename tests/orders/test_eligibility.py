"""The checkout's question: answered by the gate's own rules, in words, in time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.utils import timezone
from structlog.testing import capture_logs

from inventory.models import Product, SizeCorrection
from lockers.models import Point
from lockers.queries import checkout
from orders.api import eligibility
from orders.api.budget import log_fallback
from orders.models import CheckoutRefusal
from orders.tasks import purge_refusals
from partners.models import ApiToken
from tests.callers import Caller, is_problem, key, load_roles, of_role, person
from tests.orders.builders import NOON, make_point, make_product, make_shopfloor

pytestmark = pytest.mark.django_db
PATH = "locker-eligibility/"
BIG = {"length_mm": 600, "width_mm": 350, "height_mm": 300, "weight_g": 2000, "rigid": True}


@pytest.fixture(autouse=True)
def shopfloor(settings):
    settings.ELIGIBILITY_SAMPLE = 0
    eligibility.rate.forget()
    checkout.forget()
    load_roles()
    make_shopfloor()


@pytest.fixture
def shop() -> Caller:
    return of_role("viewer", "eligibility")


def cart(*lines: tuple[str, int], **more: object) -> dict[str, object]:
    return {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines or [("DRS-0012-10", 1)]], **more}


@contextmanager
def failing(table: str, verb: str = "") -> Iterator[None]:
    """The database fails at every statement of this table (that begins so), and at no other."""

    def fail(execute, sql, params, many, context):
        if table in sql and sql.startswith(verb):
            raise OperationalError("the database has gone away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield


def asked(shop: Caller, *lines: tuple[str, int], **more: object) -> dict[str, object]:
    answer = shop.post(PATH, cart(*lines, **more))
    assert answer.status_code == 200, answer.content
    return answer.json()


class TestABasketThatFits:
    def test_is_eligible_with_its_size(self, shop):
        told = asked(shop)

        assert {name: told[name] for name in told if name != "as_of"} == {
            "eligible": True,
            "size": "A",
            "reasons": [],
            "locker": None,
            "lockers": [],
            "fallback": False,
        }

    def test_gets_the_five_nearest_lockers_of_its_postcode(self, shop):
        for number in range(7):
            make_point(f"UK0000100{number}", latitude=51.5285 + number / 1000, postcode=f"NW1 9A{number}")
        make_point("UK00002000", latitude=53.8, longitude=-1.5, outward="LS1", postcode="LS1 4AB")

        told = asked(shop, postcode="nw12db")

        assert [locker["id"] for locker in told["lockers"]][:2] == ["UK00000904", "UK00001000"]
        assert len(told["lockers"]) == 5
        assert [locker["distance_m"] for locker in told["lockers"]] == sorted(locker["distance_m"] for locker in told["lockers"])
        assert told["lockers"][0] == {
            "id": "UK00000904",
            "name": "Euston Road",
            "postcode": "NW1 2DB",
            "distance_m": 0,
            "open_24_7": True,
            "size_ok": True,
        }

    def test_is_told_of_the_chosen_locker_and_of_others_around_it(self, shop):
        make_point("UK00000905", latitude=51.529)

        told = asked(shop, locker_id="UK00000904")

        assert (told["locker"]["id"], told["locker"]["size_ok"], told["locker"]["distance_m"]) == ("UK00000904", True, 0)
        assert [locker["id"] for locker in told["lockers"]] == ["UK00000905"]

    def test_meets_lockers_far_away_where_there_are_none_near_and_is_not_sent_there(self, shop):
        make_point("UK00000906", latitude=51.9, longitude=-0.2, outward="SG1", postcode="SG1 1AA")
        Point.objects.filter(point_id="UK00000904").update(status="Disabled", may_receive=False)

        told = asked(shop, postcode="NW1 2DB")

        assert [locker["id"] for locker in told["lockers"]] == ["UK00000906"]
        assert [reason["code"] for reason in told["reasons"]] == ["LOC-NONE-NEAR"]

    @pytest.mark.parametrize("postcode", ["NW1", "NW1 9XX", "NW9 9AA", " nw1 2Db "])
    def test_a_postcode_stands_where_the_points_that_share_most_of_it_are(self, shop, postcode):
        assert [locker["id"] for locker in asked(shop, postcode=postcode)["lockers"]] == ["UK00000904"]

    def test_is_shown_the_same_lockers_once_its_postcode_is_known_and_sees_one_close(self, shop):
        for number in range(6):
            make_point(f"UK0000100{number}", latitude=51.5285 + number / 1000, postcode="NW1 2AA")
        first = asked(shop, postcode="NW1 2DB")["lockers"]
        again = asked(shop, postcode="NW1 2DB", locker_id="UK00001005")

        assert again["lockers"] == first
        assert again["locker"]["id"] == "UK00001005"
        Point.objects.filter(point_id=first[0]["id"]).update(may_receive=False)
        assert first[0] not in asked(shop, postcode="NW1 2DB")["lockers"]

    def test_is_shown_those_farther_away_at_once_when_all_near_a_known_postcode_have_closed(self, shop):
        make_point("UK00001000", latitude=51.6, postcode="N12 8AA", outward="N12")
        for number in range(5):
            make_point(f"UK0000200{number}", latitude=51.5285 + number / 10_000, postcode="NW1 2AA")
        asked(shop, postcode="NW1 2DB")
        Point.objects.filter(postcode__startswith="NW1").update(may_receive=False)

        told = asked(shop, postcode="NW1 2DB")

        assert [locker["id"] for locker in told["lockers"]] == ["UK00001000"]

    def test_only_lockers_with_a_compartment_that_takes_it_are_shown(self, shop):
        make_point("UK00000905", latitude=51.529, sizes={"A": "NORMAL"})
        make_product("BIG-1", **BIG)

        assert [locker["id"] for locker in asked(shop, ("BIG-1", 1), postcode="NW1 2DB")["lockers"]] == ["UK00000904"]


class TestABasketThatDoesNot:
    def reasons(self, shop: Caller, *lines: tuple[str, int], **more: object) -> list[dict[str, str]]:
        told = asked(shop, *lines, **more)
        assert told["eligible"] is False
        return told["reasons"]

    def test_names_every_sku_that_nobody_has_measured(self, shop):
        make_product("NEW-1", weight_g=None)

        reasons = self.reasons(shop, ("NEW-1", 1), ("NOBODY-KNOWS", 2), ("DRS-0012-10", 1))

        assert [(reason["code"], reason["sku"]) for reason in reasons] == [
            ("VAL-DIM-MISSING", "NEW-1"),
            ("VAL-DIM-MISSING", "NOBODY-KNOWS"),
        ]

    def test_says_whether_one_item_or_the_basket_is_too_large(self, shop):
        make_product("BIG-1", **BIG)
        make_product("HUGE-1", **(BIG | {"length_mm": 900}))

        together, alone = self.reasons(shop, ("BIG-1", 2)), self.reasons(shop, ("HUGE-1", 1), ("BIG-1", 1))

        assert together == [{"code": "VAL-OVERSIZE", "text": "This basket is too large for one locker."}]
        assert alone == [{"code": "VAL-OVERSIZE", "sku": "HUGE-1", "text": "This item is too large for a locker."}]

    def test_says_that_it_is_too_heavy(self, shop):
        make_product("LEAD-1", weight_g=8_000)

        assert self.reasons(shop, ("LEAD-1", 2))[0]["text"] == "This basket is too heavy for one locker, which takes up to 15 kg."

    def test_a_learnt_size_counts_once_a_person_accepted_it(self, shop):
        make_product("COAT-1", **(BIG | {"rigid": False, "height_mm": 500}))
        before = asked(shop, ("COAT-1", 1))["size"]
        SizeCorrection.objects.create(sku="COAT-1", factor=300, learnt_at=NOON, accepted_factor=300, accepted_at=NOON)

        assert (before, asked(shop, ("COAT-1", 1))["size"]) == ("C", "B")

    @pytest.mark.parametrize(
        ("facts", "code"),
        [({"status": "Disabled"}, "LOC-CLOSED"), ({"is_locker": False}, "VAL-LOCKER-UNKNOWN"), ({"sizes": {"B": "LOW"}}, "LOC-SIZE")],
    )
    def test_is_told_what_is_wrong_with_the_chosen_locker(self, shop, facts, code):
        make_point("UK00000905", **facts)

        reasons = self.reasons(shop, locker_id="UK00000905")

        assert [reason["code"] for reason in reasons] == [code]
        assert reasons[0]["text"].endswith("Please choose another.")

    def test_a_locker_that_nobody_knows_is_named(self, shop):
        assert [reason["code"] for reason in self.reasons(shop, locker_id="UK99999999")] == ["VAL-LOCKER-UNKNOWN"]


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"lines": []}, "lines: Send 1 to 500 lines"),
            ({}, "lines: Send 1 to 500 lines"),
            ([], "Send 1 to 500 lines"),
            (cart(*[("A-1", 1)] * 501), "lines: Send 1 to 500 lines"),
            (cart(("A-1", 0)), "lines[0].quantity: Write a whole number from 1 to 9,999."),
            (cart(("A-1", 1), ("A-2", -3)), "lines[1].quantity: Write a whole number"),
            (cart(("A-1", 1.5)), "lines[0].quantity: Write a whole number"),
            (cart(("A-1", 10**30)), "lines[0].quantity: Write a whole number"),
            (cart(("A-1", "2")), "lines[0].quantity: Write a whole number"),
            (cart(("", 1)), "lines[0].sku: Write a sku"),
            (cart(("A" * 65, 1)), "lines[0].sku: Write a sku"),
            (cart(("A\x00", 1)), "lines[0].sku: Write a sku"),
            (cart(("A-1", 1), ("A\nB", 1)), "lines[1].sku: Write a sku"),
            (cart(("A-1\n", 1)), "lines[0].sku: Write a sku"),
            (cart(("A\u2028B", 1)), "lines[0].sku: Write a sku"),
            (cart(locker_id="U\x00"), "body: It holds a character"),
            (cart(postcode="🦊🦊 🦊"), "postcode: Write a uk postcode"),
            (cart(postcode="LS1 4"), "postcode: Write a uk postcode"),
            (cart(postcode=7), "postcode: Write a uk postcode"),
            (cart(locker_id="U" * 41), "locker_id: Write a locker id"),
            (cart(lockerid="UK1"), "There is a field that we do not know"),
        ],
    )
    def test_is_refused_with_what_to_send_instead(self, shop, sent, said):
        detail = is_problem(shop.post(PATH, sent), 400, "invalid")["detail"]

        assert said.casefold() in detail.casefold()

    @pytest.mark.parametrize(
        "raw",
        [
            b"not json",
            b"{",
            b"\xff\xfe",
            b'{"lines": ' + b"[" * 40_000 + b"]" * 40_000 + b"}",
            b'{"lines":[{"sku":"\\ud800","quantity":1}]}',
        ],
        ids=["words", "cut", "bytes", "bomb", "half a character"],
    )
    def test_is_refused_where_it_is_no_json(self, shop, raw):
        is_problem(shop.post(PATH, raw=raw), 400)

    def test_is_refused_where_it_is_too_long_or_no_json_by_its_own_word(self, shop):
        is_problem(shop.post(PATH, raw=b" " * 100_001), 413)
        is_problem(shop.post(PATH, raw=b"{}", content_type="text/plain"), 415)

    def test_five_hundred_lines_are_judged_in_the_same_two_statements(self, shop, django_assert_num_queries):
        asked(shop)
        with django_assert_num_queries(2):
            told = asked(shop, *[(f"SKU-{number}", 1) for number in range(500)], postcode="NW1 2DB", locker_id="UK00000904")

        assert len(told["reasons"]) == 500


class TestWhoMayAsk:
    def test_a_token_is_looked_up_once_a_minute_and_the_first_answer_takes_three_statements(self, django_assert_num_queries):
        shop = of_role("viewer", "eligibility")
        ApiToken.objects.update(last_used_at=timezone.now())
        with django_assert_num_queries(4):  # the fourth notes the use, after the answer
            asked(shop, postcode="NW1 2DB")
        with django_assert_num_queries(2):
            asked(shop, postcode="NW1 2DB")

    def test_a_token_without_the_scope_is_refused(self):
        is_problem(of_role("cx", "orders:read").post(PATH, cart()), 403, "scope")

    def test_a_person_who_may_not_look_at_lockers_is_refused(self):
        is_problem(Caller(key(person("", "stranger"), "eligibility")).post(PATH, cart()), 403, "permission_denied")

    @pytest.mark.parametrize("text", ["", "lockstep_wrong", "🦊"])
    def test_nobody_without_a_token_gets_an_answer(self, text):
        headers = {"authorization": f"Bearer {text}"} if text else {}

        is_problem(Caller().post(PATH, cart(), **headers), 401)

    def test_a_revocation_is_seen_when_the_minute_is_over(self, shop):
        asked(shop)
        ApiToken.objects.update(revoked_at=timezone.now())
        asked(shop)
        eligibility.tokens._kept.update({name: replace(known, fresh_until=0.0) for name, known in eligibility.tokens._kept.items()})

        is_problem(shop.post(PATH, cart()), 401)

    def test_a_token_that_has_ended_is_refused_though_it_is_still_remembered(self, shop):
        asked(shop)
        eligibility.tokens._kept.update({name: replace(known, expires_at=NOON) for name, known in eligibility.tokens._kept.items()})
        ApiToken.objects.update(expires_at=NOON)

        is_problem(shop.post(PATH, cart()), 401)

    def test_a_token_that_could_not_be_looked_up_is_never_judged_though_the_database_is_well_again(self):
        with failing("partners_apitoken"):
            told = asked(Caller("lockstep_never-seen-before"), postcode="NW1 2DB", locker_id="UK00000904")

        assert (told["fallback"], told["eligible"], told["lockers"], told["locker"]) == (True, False, [], None)

    def test_a_signed_in_person_may_try_it_with_the_pages_csrf_token(self):
        is_problem(Caller(session=person("viewer", "tom")).post(PATH, cart()), 403, "csrf")


class TestTooManyRequests:
    def test_ten_thousand_from_one_token_are_slowed_down(self):
        rate = eligibility.Rate()

        waits = [rate.wait(7, now=60.0 + number / 1000) for number in range(10_000)]

        assert waits[:6_000] == [0] * 6_000
        assert all(40 < wait <= 60 for wait in waits[6_000:])
        assert (rate.wait(8, now=70.0), rate.wait(7, now=121.0)) == (0, 0)

    def test_the_answer_says_how_long_to_wait_and_costs_no_statement(self, shop, settings, django_assert_num_queries):
        settings.ELIGIBILITY_PER_MINUTE = 2
        asked(shop), asked(shop)

        with django_assert_num_queries(0):
            answer = shop.post(PATH, cart())

        is_problem(answer, 429, "throttled")
        assert 1 <= int(answer["Retry-After"]) <= 60


class TestRefusedBaskets:
    def test_are_counted_for_each_sku_that_is_to_blame(self, shop, settings):
        settings.ELIGIBILITY_SAMPLE = 1
        make_product("NEW-1", weight_g=None)

        for _ in range(3):
            asked(shop, ("NEW-1", 1), ("NOBODY-KNOWS", 1))
        asked(shop)

        assert sorted(CheckoutRefusal.objects.values_list("sku", "code", "carts")) == [
            ("NEW-1", "VAL-DIM-MISSING", 3),
            ("NOBODY-KNOWS", "VAL-DIM-MISSING", 3),
        ]

    def test_one_in_ten_stands_for_ten(self, shop, settings):
        settings.ELIGIBILITY_SAMPLE = 10

        for _ in range(20):
            asked(shop, ("NOBODY-KNOWS", 1))

        assert CheckoutRefusal.objects.get().carts == 20

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize(("table", "verb"), [("orders_checkoutrefusal", "INSERT"), ("partners_apitoken", "UPDATE")])
    def test_a_note_that_cannot_be_written_is_lost_and_the_answer_is_not(self, shop, settings, table, verb):
        settings.ELIGIBILITY_SAMPLE = 1

        with failing(table, verb):
            told = asked(shop, ("NOBODY-KNOWS", 1))

        assert (told["fallback"], told["reasons"][0]["sku"]) == (False, "NOBODY-KNOWS")

    def test_nobody_counts_what_is_switched_off(self, shop):
        asked(shop, ("NOBODY-KNOWS", 1))

        assert not CheckoutRefusal.objects.exists()


@pytest.mark.parametrize(("trouble", "level"), [(OperationalError("gone"), "warning"), (ProgrammingError("no such column"), "error")])
def test_a_mistake_of_ours_behind_the_fallback_is_logged_as_an_error(trouble, level):
    with capture_logs() as logs:
        log_fallback("checkout answered by the fallback", trouble)

    assert [(entry["log_level"], entry["why"]) for entry in logs] == [(level, type(trouble).__name__)]


def test_with_an_empty_mirror_a_locker_is_not_called_unknown(shop):
    Point.objects.all().delete()

    told = asked(shop, locker_id="UK00000904")

    assert (told["fallback"], told["eligible"]) == (True, False)
    assert told["reasons"][0]["text"].startswith("Lockers cannot be checked")


def test_counts_of_refused_baskets_go_after_sixty_days():
    today = timezone.localdate()
    for days in (0, 60, 61, 400):
        CheckoutRefusal.objects.create(day=today - timedelta(days=days), sku="A-1", code="VAL-DIM-MISSING", carts=1)

    assert purge_refusals() == {"deleted": 2}
    assert min(CheckoutRefusal.objects.values_list("day", flat=True)) == today - timedelta(days=60)


def test_nothing_that_is_asked_writes_anything(shop):
    asked(shop)
    before = Product.objects.count(), Point.objects.count()

    asked(shop, ("NOBODY-KNOWS", 1), postcode="NW1 2DB")

    assert (Product.objects.count(), Point.objects.count()) == before
