"""A program asks for orders and acts on one: pages, masking, each act and each refusal."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache

from exceptions_queue.actions import place_hold
from exceptions_queue.models import AuditEntry, Hold, Site
from orders.actions import review_many
from orders.models import Order
from orders.states import OrderState
from tests.callers import Caller, is_problem, key, load_roles, of_role, person
from tests.orders.builders import NOON, make_order, make_point, make_shopfloor

pytestmark = pytest.mark.django_db
NO_PARCEL = {
    **dict.fromkeys(("tracking", "number", "state", "carriage", "point"), ""),
    **dict.fromkeys(("manifest", "handed_over_at", "in_locker_at", "collect_by", "collected_at")),
    "size": "A",
    "events": [],
}


@pytest.fixture(autouse=True)
def house(settings):
    cache.clear()
    settings.MODES = {**settings.MODES, "acs": "live", "store": "live"}
    load_roles()
    make_shopfloor()


@pytest.fixture
def cx() -> Caller:
    return of_role("cx", "orders:read", "orders:write")


def held_order(**facts: object) -> Order:
    order = make_order(**({"mobile": "0113 496 0123"} | facts))
    review_many([order.pk], at=NOON)
    order.refresh_from_db()
    return order


def released(order: Order) -> Order:
    Order.objects.filter(pk=order.pk).update(state=OrderState.RELEASED, released_at=NOON, release_claimed_at=NOON)
    return order


class TestTheList:
    def test_following_next_meets_every_order_once_and_previous_leads_back(self, cx):
        made = {make_order().number for _ in range(7)}
        first = cx.get("orders/", limit=3).json()

        second = cx.client.get(first["next"], headers=cx._headers()).json()
        third = cx.client.get(second["next"], headers=cx._headers()).json()
        back = cx.client.get(third["previous"], headers=cx._headers()).json()

        seen = [row["number"] for page in (first, second, third) for row in page["results"]]
        assert (sorted(seen), first["previous"], third["next"]) == (sorted(made), None, None)
        assert [row["number"] for row in back["results"]] == [row["number"] for row in second["results"]]

    def test_next_keeps_the_question(self, cx):
        for _ in range(3):
            make_order(destination="home", delivery_method="royal_mail_48", locker_id="")
        make_order()

        page = cx.get("orders/", limit=2, destination="home").json()
        rest = cx.client.get(page["next"], headers=cx._headers()).json()

        assert len(page["results"] + rest["results"]) == 3

    @pytest.mark.parametrize(
        ("asked", "found"), [({"stage": "held"}, 1), ({"state": "received"}, 1), ({"locker": "uk00000904"}, 2), ({"q": "NOT"}, 0)]
    )
    def test_it_is_narrowed_as_on_the_page(self, cx, asked, found):
        held_order()
        make_order()

        assert len(cx.get("orders/", **asked).json()["results"]) == found

    def test_it_costs_the_same_with_three_rows_and_thirty(self, cx, django_assert_num_queries):
        for _ in range(3):
            make_order()
        cx.get("orders/")
        with django_assert_num_queries(3):  # the token with its user, the permissions, the page
            cx.get("orders/")
        for _ in range(27):
            make_order()

        with django_assert_num_queries(3):
            assert len(cx.get("orders/").json()["results"]) == 30

    def test_names_are_masked_for_everybody(self):
        make_order(first_name="Ada", last_name="Byron", email="ada@example.com")

        text = of_role("cx", "orders:read", "contact:read").get("orders/").content.decode()

        assert not [value for value in ("Byron", "ada@", "7712") if value in text]


class TestOneOrder:
    def test_it_tells_stage_holds_problems_and_what_happened(self, cx):
        order = held_order()
        place_hold(order, reason="Fraud check", exit="Bank answers", owner="cx", actor="system:test", at=NOON)

        told = cx.get(f"orders/{order.number}/").json()

        assert told["stage"]["key"] == "held"
        assert told["problems"][0]["code"] == "VAL-MOB-FORMAT"
        assert told["holds"][0]["reason"] == "Fraud check"
        assert told["timeline"][0]["what"] == "hold placed"
        assert told["parcel"] == NO_PARCEL
        assert told["locker"]["status"] == "Operating"

    def test_it_costs_the_same_whatever_it_holds(self, cx, django_assert_num_queries):
        order = held_order()
        cx.get(f"orders/{order.number}/")
        with django_assert_num_queries(10):
            cx.get(f"orders/{order.number}/")
        for hold in range(30):
            place_hold(order, reason=f"{hold}", exit="x", owner="cx", actor="system:test", at=NOON)

        with django_assert_num_queries(10):
            assert len(cx.get(f"orders/{order.number}/").json()["holds"]) == 30

    def test_a_locker_that_the_feed_does_not_name_is_shown_as_it_is(self, cx):
        order = make_order(locker_id="UK99999999")

        assert cx.get(f"orders/{order.number}/").json()["locker"]["status"] is None

    def test_another_s_number_is_not_here(self, cx):
        is_problem(cx.get("orders/LS-0/"), 404, "not_found")


class TestContactData:
    """Masked, unless the user may see it, and a token only where it says so itself."""

    @pytest.mark.parametrize(
        ("role", "scopes", "shown"),
        [
            ("cx", ("orders:read", "contact:read"), True),
            ("cx", ("orders:read",), False),
            ("viewer", ("orders:read", "contact:read"), False),
            ("warehouse", ("orders:read", "contact:read"), False),
        ],
    )
    def test_a_token(self, role, scopes, shown):
        order = make_order(first_name="Ada", last_name="Byron")

        told = of_role(role, *scopes).get(f"orders/{order.number}/")

        assert (told.json()["contact"]["masked"], "Byron" in told.content.decode()) == (not shown, shown)

    @pytest.mark.parametrize(("role", "shown"), [("cx", True), ("viewer", False), ("integration", False)])
    def test_a_session(self, role, shown):
        order = make_order(first_name="Ada", last_name="Byron")

        told = Caller(session=person(role)).get(f"orders/{order.number}/").content.decode()

        assert [value in told for value in ("Byron", "7712", f"{order.number.lower()}@")] == [shown] * 3

    def test_an_act_s_answer_is_masked_too(self, cx):
        order = held_order(last_name="Byron")

        answer = cx.post(f"orders/{order.number}/correct-mobile/", {"mobile": "07712 345068", "version": 1}).content.decode()

        assert not [value for value in ("Byron", "7712345068") if value in answer]


class TestActs:
    def test_a_right_mobile_is_saved_and_the_order_checked_again(self, cx):
        order = held_order()

        answer = cx.post(f"orders/{order.number}/correct-mobile/", {"mobile": "07712 345068", "version": 1})

        order.refresh_from_db()
        assert (answer.status_code, answer.json()["stage"]["key"], answer.json()["problems"]) == (200, "ready", [])
        assert (order.mobile, order.version) == ("+447712345068", 2)
        assert AuditEntry.objects.filter(verb="order corrected").get().actor_label == "cx-orders:read-orders:write"

    def test_a_landline_is_refused_by_name(self, cx):
        order = held_order()

        told = is_problem(cx.post(f"orders/{order.number}/correct-mobile/", {"mobile": "0113 496 0999", "version": 1}), 422, "invalid")

        assert (told["errors"][0]["field"], "landline" in told["detail"]) == ("mobile", True)

    def test_the_second_to_save_gets_the_difference_masked(self, cx):
        order = held_order()
        cx.post(f"orders/{order.number}/correct-mobile/", {"mobile": "07712 345068", "version": 1})

        told = is_problem(cx.post(f"orders/{order.number}/correct-mobile/", {"mobile": "07803 345068", "version": 1}), 409, "stale")

        assert told["version"] == 2
        assert told["difference"] == [{"field": "mobile", "yours": "07803 345068", "theirs": "07••• •••068"}]

    def test_the_locker_changes_to_one_that_may_receive(self, cx):
        order = held_order()
        make_point("UK00001001", content_hash="other")
        make_point("UK00001002", content_hash="closed", may_receive=False, status="Disabled")

        closed = cx.post(f"orders/{order.number}/change-locker/", {"locker_id": "UK00001002", "version": 1})
        changed = cx.post(f"orders/{order.number}/change-locker/", {"locker_id": "UK00001001", "version": 1})

        assert is_problem(closed, 422)["errors"][0]["field"] == "locker_id"
        assert changed.json()["locker_id"] == "UK00001001"

    def test_the_parcel_goes_to_the_door_instead(self, cx):
        order = held_order()

        wrong = cx.post(f"orders/{order.number}/convert-to-home/", {"delivery_method": "inpost_locker", "version": 1})
        done = cx.post(f"orders/{order.number}/convert-to-home/", {"delivery_method": "dpd_next_day", "version": 1})

        assert is_problem(wrong, 422)["errors"][0]["field"] == "delivery_method"
        assert (done.json()["destination"], done.json()["problems"]) == ("home", [])

    def test_a_hold_is_placed_and_the_only_one_cleared(self, cx):
        order = make_order()
        review_many([order.pk], at=NOON)

        held = cx.post(f"orders/{order.number}/hold/", {"reason": "Fraud check", "exit": "Bank answers"})
        cleared = cx.post(f"orders/{order.number}/clear-hold/", {"reason": "Bank answered"})
        again = cx.post(f"orders/{order.number}/clear-hold/", {})

        assert (held.json()["state"], cleared.json()["state"], cleared.json()["holds"]) == ("held", "ready", [])
        assert "No hold stands" in is_problem(again, 409, "refused")["detail"]

    def test_of_two_holds_one_must_be_named(self, cx):
        order = make_order()
        for reason in ("one", "two"):
            cx.post(f"orders/{order.number}/hold/", {"reason": reason, "exit": "x"})
        first = Hold.objects.order_by("pk")[0]

        unnamed = cx.post(f"orders/{order.number}/clear-hold/", {})
        named = cx.post(f"orders/{order.number}/clear-hold/", {"hold": first.pk})
        ended = cx.post(f"orders/{order.number}/clear-hold/", {"hold": first.pk})

        assert is_problem(unnamed, 422)["errors"][0]["field"] == "hold"
        assert [hold["reason"] for hold in named.json()["holds"]] == ["two"]
        is_problem(ended, 409, "refused")

    def test_a_hold_of_another_subject_is_not_touched(self, cx):
        order, other = make_order(), make_order()
        site = Site.objects.create(pk=order.pk + 1_000, key="far", name="Far", order_cutoff="12:00", collection_at="17:30")
        theirs = place_hold(other, reason="x", exit="x", owner="cx", actor="system:test", at=NOON)
        elsewhere = place_hold(site, reason="x", exit="x", owner="cx", actor="system:test", at=NOON)
        Hold.objects.filter(pk=elsewhere.pk).update(subject_id=order.pk)  # the same id, of another kind of thing

        answers = [cx.post(f"orders/{order.number}/clear-hold/", {"hold": hold.pk}) for hold in (theirs, elsewhere)]

        assert [answer.status_code for answer in answers] == [422, 422]
        assert Hold.objects.filter(cleared_at__isnull=False, subject_type=ContentType.objects.get_for_model(Order)).count() == 0

    def test_an_order_is_cancelled_once(self, cx):
        order = held_order()

        done = cx.post(f"orders/{order.number}/cancel/", {"reason": "Customer asked", "version": 1})
        again = cx.post(f"orders/{order.number}/cancel/", {"reason": "Customer asked", "version": 2})

        assert (done.json()["state"], done.json()["problems"]) == ("cancelled", [])
        assert "cancelled already" in is_problem(again, 409, "refused")["detail"]

    @pytest.mark.parametrize(
        ("act", "body"),
        [
            ("correct-mobile", {"mobile": "07712 345068", "version": 1}),
            ("convert-to-home", {"delivery_method": "dpd_next_day", "version": 1}),
            ("hold", {"reason": "x", "exit": "y"}),
            ("cancel", {"reason": "x", "version": 1}),
        ],
    )
    def test_what_acs_has_is_too_late_for_every_act_but_another_locker(self, cx, act, body):
        order = released(make_order())

        told = is_problem(cx.post(f"orders/{order.number}/{act}/", body), 409, "too_late")

        assert "Too late" in told["detail"]

    @pytest.mark.parametrize("act", ["correct-mobile", "change-locker", "convert-to-home", "hold", "clear-hold", "cancel"])
    def test_who_may_not_on_the_page_may_not_here(self, act):
        order = make_order()
        viewer, reader = of_role("viewer", "orders:write"), of_role("cx", "orders:read")

        answers = [caller.post(f"orders/{order.number}/{act}/", {}) for caller in (viewer, reader)]

        assert [is_problem(answer, 403)["code"] for answer in answers] == ["permission_denied", "scope"]

    @pytest.mark.parametrize(("act", "body"), [("hold", {"reason": "x", "exit": "y"}), ("cancel", {"reason": "x", "version": 1})])
    def test_an_order_that_is_not_there(self, cx, act, body):
        is_problem(cx.post(f"orders/LS-0/{act}/", body), 404)


def test_a_key_of_a_person_acts_in_their_name():
    user = person("cx", "priya")
    order = make_order()

    Caller(key(user, "orders:write")).post(f"orders/{order.number}/hold/", {"reason": "x", "exit": "y"})

    assert Hold.objects.get().placed_by == user
