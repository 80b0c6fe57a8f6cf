"""The order pages: what each role sees, each fix in place, and an answer in words for everything that cannot be done."""

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from exceptions_queue.actions import place_hold
from exceptions_queue.models import AuditEntry, Hold, Site
from orders.actions import review_many
from orders.models import Order, ResolverRule
from orders.states import OrderState
from orders.views.fixes import FIXES
from tests.orders.builders import NOON, make_order, make_point, make_shopfloor

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def live(settings):
    cache.clear()
    settings.MODES = {**settings.MODES, "acs": "live", "store": "live"}
    call_command("load_roles", stdout=StringIO())
    make_shopfloor()


def person(role: str) -> User:
    user = get_user_model().objects.create_user(role)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def cx(client: Client) -> Client:
    client.force_login(person("cx"))
    return client


def held_order(**facts: object) -> Order:
    order = make_order(**({"mobile": "0113 496 0123"} | facts))
    review_many([order.pk], at=NOON)
    order.refresh_from_db()
    return order


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_masks_names_and_shows_no_contact_data(cx):
    make_order(first_name="Ada", last_name="Byron", email="ada@example.com")

    html = page(cx, "/orders/")

    assert "A•• B••••" in html
    assert not [value for value in ("Byron", "ada@", "7712") if value in html]


def test_cx_sees_contact_data_on_the_order_and_a_viewer_sees_it_masked(cx):
    order = make_order(first_name="Ada", last_name="Byron")
    as_cx = page(cx, f"/orders/{order.number}/")

    cx.force_login(person("viewer"))
    as_viewer = page(cx, f"/orders/{order.number}/")

    assert "Ada Byron" in as_cx
    assert "Byron" not in as_viewer


def test_revealing_is_recorded_and_only_for_who_may(cx):
    order = make_order(last_name="Byron")
    refused = cx.post(f"/orders/{order.number}/reveal/").status_code
    cx.force_login(person("integration"))

    html = cx.post(f"/orders/{order.number}/reveal/").content.decode()

    assert (refused, "Byron" in html) == (403, True)
    assert AuditEntry.objects.get(verb="contact data revealed").actor_label == "integration"


def test_the_shop_s_value_stands_beside_the_correction(cx):
    order = held_order(shop={"mobile": "0113 496 0123"})

    cx.post(f"/orders/{order.number}/correct-mobile/", {"value": "07712 345068", "version": 1})

    assert "The shop says <bdi>0113 496 0123" in page(cx, f"/orders/{order.number}/")


def test_a_right_value_is_saved_in_place_and_the_answer_says_what_now(cx):
    order = held_order()

    answer = cx.post(f"/orders/{order.number}/correct-mobile/", {"value": "07712 345068", "version": 1}, **HTMX)

    order.refresh_from_db()
    assert (answer.status_code, order.state) == (200, OrderState.READY)
    assert "nothing stops order" in answer.content.decode()
    assert order.number in answer["HX-Trigger"]


def test_a_wrong_value_comes_back_with_the_fault_named_and_what_was_typed(cx):
    order = held_order()

    answer = cx.post(f"/orders/{order.number}/correct-mobile/", {"value": "0113 496 0999", "version": 1}, **HTMX)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "This is a landline" in html
    assert 'value="0113 496 0999"' in html
    assert 'aria-invalid="true"' in html


def test_a_safe_correction_is_offered(cx):
    order = held_order(mobile="O7712 345O68")

    html = cx.get(f"/orders/{order.number}/correct-mobile/", **HTMX).content.decode()

    assert 'value="07712 345068"' in html


def test_the_second_to_save_sees_both_values_and_loses_nothing(cx):
    order = held_order()
    cx.post(f"/orders/{order.number}/correct-mobile/", {"value": "07712 345068", "version": 1})

    answer = cx.post(f"/orders/{order.number}/correct-mobile/", {"value": "07803 345068", "version": 1}, **HTMX)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert all(value in html for value in ("A colleague saved first", "+447712345068", "07803 345068"))
    assert 'name="version" value="2"' in html


def test_what_is_too_late_is_said_with_the_time(cx):
    order = held_order()
    Order.objects.update(state=OrderState.RELEASED, released_at=NOON, release_claimed_at=NOON)

    answer = cx.post(f"/orders/{order.number}/correct-mobile/", {"value": "07712 345068", "version": 1}, **HTMX)

    assert answer.status_code == 409
    assert "Too late: released to ACS at" in answer.content.decode()


def test_five_lockers_are_offered_and_the_one_picked_is_taken(cx):
    for place in range(6):
        make_point(f"UK0000100{place}", latitude=51.53 + place / 500, content_hash=f"p{place}")
    order = held_order(mobile="07712 345068", locker_id="UK99999999")
    Order.objects.update(postcode="NW1 2DB")

    html = cx.get(f"/orders/{order.number}/change-locker/", **HTMX).content.decode()
    answer = cx.post(f"/orders/{order.number}/change-locker/", {"picked": "UK00001001", "version": 1}, **HTMX)

    order.refresh_from_db()
    assert html.count('type="radio"') == 5
    assert (answer.status_code, order.locker_id, order.state) == (200, "UK00001001", OrderState.READY)


@pytest.mark.parametrize("kind", sorted(FIXES))
def test_every_fix_opens_as_a_page_and_as_a_fragment(cx, kind):
    cx.force_login(get_user_model().objects.create_superuser("root"))
    order = held_order()

    whole, part = cx.get(f"/orders/{order.number}/{kind}/"), cx.get(f"/orders/{order.number}/{kind}/", **HTMX)

    assert (whole.status_code, part.status_code) == (200, 200)
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()


@pytest.mark.parametrize("kind", sorted(FIXES))
def test_every_fix_refuses_who_may_not(client, kind):
    client.force_login(person("viewer"))
    order = held_order()

    assert client.get(f"/orders/{order.number}/{kind}/").status_code == 403
    assert client.post(f"/orders/{order.number}/{kind}/", {"version": 1}).status_code == 403


@pytest.mark.parametrize("kind", sorted(FIXES))
def test_every_fix_answers_nonsense_with_a_page_and_never_a_500(client, kind):
    client.force_login(get_user_model().objects.create_superuser("root"))
    order = held_order()
    nonsense = {"version": "x", "value": "\x00" * 5, "locker_id": "<b>", "dispatch_on": "31/31/31", "delivery_method": "=1"}

    assert client.post(f"/orders/{order.number}/{kind}/", nonsense).status_code in {302, 409, 422}


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "😀\u202eadA"])
def test_whatever_stands_in_a_name_is_shown_as_text(cx, name):
    order = make_order(first_name=name)

    html = page(cx, f"/orders/{order.number}/")

    assert "<script>alert" not in html
    assert "<img src=x" not in html


@pytest.mark.parametrize(
    "query", ["stage=held", "stage=nonsense", "destination=locker", "locker=uk00000904", "q=LS-", "state=ready", "after=%00", "before=zzz"]
)
def test_every_filter_answers(cx, query):
    held_order()

    assert cx.get(f"/orders/?{query}").status_code == 200


def test_the_stage_filter_shows_what_its_badge_says(cx):
    held, ready = held_order(), make_order()
    review_many([ready.pk], at=NOON)

    html = page(cx, "/orders/?stage=held")

    assert (held.number in html, ready.number in html) == (True, False)


@pytest.mark.parametrize("rows", [3, 30])
def test_the_list_costs_the_same_statements_for_any_number_of_orders(cx, rows, django_assert_max_num_queries):
    for _ in range(rows):
        make_order()
    cx.get("/orders/")

    with django_assert_max_num_queries(8):
        cx.get("/orders/")


def test_the_order_page_costs_a_fixed_number_of_statements(cx, django_assert_max_num_queries):
    order = held_order(email="", last_name="")
    address = f"/orders/{order.number}/"
    cx.get(address)

    with django_assert_max_num_queries(18):
        cx.get(address)


def test_a_rule_that_could_run_for_ever_is_refused(client):
    client.force_login(person("integration"))
    rule = ResolverRule.objects.first()
    asked = {"fact": rule.fact, "name": rule.name, "source": rule.source, "key": rule.key, "pattern": "(a+)+$", "enabled": "on"}

    answer = client.post(f"/settings/resolvers/{rule.pk}/", asked)

    assert answer.status_code == 422
    assert "can take for ever" in answer.content.decode()


def test_an_empty_resolver_rule_is_refused_with_sentences(client):
    client.force_login(person("integration"))

    answer = client.post("/settings/resolvers/add/", {})

    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()


def test_moving_a_rule_up_changes_which_is_asked_first(client):
    client.force_login(person("integration"))
    first, second = ResolverRule.objects.filter(fact="mobile").order_by("position")[:2]

    client.post(f"/settings/resolvers/{second.pk}/move/")

    assert ResolverRule.objects.filter(fact="mobile").order_by("position").first() == second
    assert AuditEntry.objects.filter(verb="resolver rule moved up").exists()
    assert first.pk != second.pk


def test_the_resolver_page_shows_how_often_each_rule_hit(client):
    client.force_login(person("integration"))
    make_order(resolved_by={"mobile": {"rule": "Phone for the delivery", "source": "phone shipping"}})

    assert "Phone for the delivery: 1" in page(client, "/settings/resolvers/")


def test_a_hold_of_another_thing_with_the_order_s_id_is_not_here(cx):
    order = make_order()
    site = Site.objects.first()
    elsewhere = place_hold(site, reason="x", exit="x", owner="cx", actor="system:test", at=NOON)
    Hold.objects.filter(pk=elsewhere.pk).update(subject_id=order.pk)

    assert cx.post(f"/orders/{order.number}/holds/{elsewhere.pk}/clear/").status_code == 404
