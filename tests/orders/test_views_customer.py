"""The customer's own page: without a login, once, for one order, and calm about everything else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from exceptions_queue.models import AuditEntry, ExceptionCase
from lockers.models import Point
from orders.actions import correct_mobile, customer_links
from orders.models import CustomerLink, Order
from orders.queries.customer_links import path_of
from orders.views.customer import PER_ADDRESS, PER_LINK
from tests.orders.asking import LANDLINE, MOBILE, asked, without_both, without_locker, without_mobile
from tests.orders.builders import NOON, make_point, make_shopfloor
from tests.orders.reassigning import FAR, NEAR, OLD, make_lockers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def floor(settings, db) -> None:
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    settings.SENDER = settings.SENDER | {"company": "Atelier North", "phone": "0113 496 0000"}
    settings.EMAIL_FROM = "Atelier North <care@shop.test>"
    make_shopfloor()
    make_lockers()


@pytest.fixture
def customer() -> Client:
    return Client()


def html(answer) -> str:
    return answer.content.decode()


def ask(customer: Client, method: str, path: str, mobile: str = MOBILE):
    return customer.get(path) if method == "get" else customer.post(path, {"mobile": mobile})


def unchanged(link: CustomerLink) -> bool:
    before = link.order
    after = Order.objects.get(pk=before.pk)
    return (before.mobile, before.locker_id, before.version) == (after.mobile, after.locker_id, after.version)


class TestLooking:
    def test_it_says_which_order_what_is_wrong_and_asks_one_thing(self, customer):
        link = asked(without_mobile())

        answer = customer.get(path_of(link))

        text = html(answer)
        assert answer.status_code == 200
        for words in (link.order.number, "This is a landline", "Your UK mobile number", "Atelier North", "care@shop.test"):
            assert words in text
        assert 'name="locker"' not in text

    def test_it_names_nothing_of_the_customer_but_a_letter(self, customer):
        order = without_both()

        text = html(customer.get(path_of(asked(order)))).replace("0113 496 0000", "")  # the shop's own

        assert "A••" in text
        assert not [value for value in ("Ada", "Byron", LANDLINE, "0113", order.email, "High Street", "LS1 4AB") if value in text]

    def test_it_offers_the_nearest_lockers_that_take_the_parcel(self, customer):
        make_point("UK00001003", name="Too small", latitude=51.529, sizes={})

        text = html(customer.get(path_of(asked(without_locker()))))

        assert text.index("Camley Street") < text.index("Camden Road")
        assert "from the locker you chose" in text
        assert "Too small" not in text

    def test_no_script_no_cache_no_search_and_its_address_is_told_to_nobody(self, customer):
        link = asked(without_mobile())

        form, done = customer.get(path_of(link)), customer.post(path_of(link), {"mobile": MOBILE})

        assert "<script" not in html(form)
        assert form["Cache-Control"] == done["Cache-Control"] == "no-store"
        assert form["X-Robots-Tag"] == "noindex, nofollow"
        assert (form["Referrer-Policy"], done["Referrer-Policy"]) == ("strict-origin", "no-referrer")
        assert "default-src 'none'" in form["Content-Security-Policy"]
        assert set(customer.cookies) == {"csrf"}

    def test_opening_is_counted_and_changes_nothing(self, customer):
        link = asked(without_mobile())
        for _ in range(3):
            customer.get(path_of(link))
        customer.head(path_of(link))

        link.refresh_from_db()
        assert (link.opens, link.used_at, unchanged(link)) == (3, None, True)

    def test_a_page_costs_four_statements_and_with_lockers_a_few_more(self, customer, django_assert_max_num_queries):
        mobile, locker = asked(without_mobile()), asked(without_both())

        with django_assert_max_num_queries(4):
            customer.get(path_of(mobile))
        with django_assert_max_num_queries(12):
            customer.get(path_of(locker))


class TestSaving:
    def test_a_mobile_is_saved_the_case_closes_and_the_page_says_thank_you(self, customer):
        link = asked(order := without_mobile())

        answer = customer.post(path_of(link), {"mobile": MOBILE}, follow=True)

        order.refresh_from_db()
        assert (order.mobile, order.state) == ("+447712345068", "ready")
        assert not ExceptionCase.objects.filter(state="open").exists()
        assert (answer.status_code, "Thank you, this was done" in html(answer)) == (200, True)
        assert AuditEntry.objects.get(verb="put right by the customer").actor_label == "customer by link"

    def test_a_locker_is_saved_by_the_desk_s_own_rules(self, customer):
        link = asked(order := without_locker())

        customer.post(path_of(link), {"locker": FAR})

        order.refresh_from_db()
        assert (order.locker_id, order.state) == (FAR, "ready")

    @pytest.mark.parametrize("value", ["", LANDLINE, "07712", "'; DROP TABLE", "070 1234 5678", "x" * 5000])
    def test_what_is_no_mobile_comes_back_named_and_nothing_is_lost(self, customer, value):
        link = asked(without_mobile())

        answer = customer.post(path_of(link), {"mobile": value})

        assert answer.status_code == 422
        assert 'id="mobile-error" role="alert"' in html(answer)
        assert unchanged(link)
        link.refresh_from_db()
        assert link.used_at is None

    @pytest.mark.parametrize("locker", ["", OLD, "UK99999999", "UK00001003", "%"])
    def test_a_locker_that_was_not_offered_is_refused(self, customer, locker):
        make_point("UK00001003", name="Too small", latitude=51.529, sizes={})
        link = asked(without_locker())

        answer = customer.post(path_of(link), {"locker": locker})

        assert (answer.status_code, unchanged(link)) == (422, True)
        assert 'id="locker-error"' in html(answer)

    def test_a_locker_that_closed_while_the_page_was_open_is_refused(self, customer):
        link = asked(without_locker())
        Point.objects.filter(point_id=NEAR).update(may_receive=False)

        answer = customer.post(path_of(link), {"locker": NEAR})

        assert answer.status_code == 422
        assert "cannot take your parcel now" in html(answer)

    def test_of_two_things_neither_is_saved_alone(self, customer):
        link = asked(without_both())

        answer = customer.post(path_of(link), {"mobile": MOBILE, "locker": OLD})

        assert (answer.status_code, unchanged(link)) == (422, True)
        assert f'value="{MOBILE}"' in html(answer)

    def test_a_link_for_the_mobile_changes_no_locker(self, customer):
        link = asked(order := without_mobile())

        customer.post(path_of(link), {"mobile": MOBILE, "locker": FAR, "email": "x@example.com"})

        order.refresh_from_db()
        assert (order.locker_id, order.mobile) == (OLD, "+447712345068")

    def test_another_site_cannot_send_it(self):
        link = asked(without_mobile())

        answer = Client(enforce_csrf_checks=True).post(path_of(link), {"mobile": MOBILE})

        assert (answer.status_code, unchanged(link)) == (403, True)
        assert f'href="{path_of(link)}">Try again' in html(answer)

    def test_without_a_login_the_form_s_own_token_is_enough(self):
        link, browser = asked(without_mobile()), Client(enforce_csrf_checks=True)
        token = html(browser.get(path_of(link))).partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]

        answer = browser.post(path_of(link), {"mobile": MOBILE, "csrfmiddlewaretoken": token})

        assert answer.status_code == 302


def expire(link: CustomerLink) -> None:
    CustomerLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def revoke(link: CustomerLink) -> None:
    customer_links.end_link(link.order, actor="agent", at=timezone.now())


def cancel(link: CustomerLink) -> None:
    Order.objects.filter(pk=link.order_id).update(store_cancelled_at=NOON)


def release(link: CustomerLink) -> None:
    Order.objects.filter(pk=link.order_id).update(state="released", released_at=NOON)


def put_in_the_air(link: CustomerLink) -> None:
    """Nothing holds it any more and a release is on its way, while a case of it is open still."""
    Order.objects.filter(pk=link.order_id).update(state="ready", release_claimed_at=NOON)


def use(link: CustomerLink) -> None:
    customer_links.put_right(link, mobile=MOBILE, locker_id="", at=timezone.now())


def put_right_by_the_desk(link: CustomerLink) -> None:
    order = Order.objects.get(pk=link.order_id)
    correct_mobile(order, value="07803 345068", actor="agent", at=timezone.now(), version=order.version)


ENDS = [
    (expire, 410, "This link worked until"),
    (revoke, 410, "This link does not work any more"),
    (cancel, 410, "This order was cancelled"),
    (release, 410, "We cannot change it any more"),
    (use, 200, "Thank you, this was done"),
    (put_right_by_the_desk, 200, "There is nothing left to do"),
]


class TestRefusals:
    @pytest.mark.parametrize(("end", "status", "sentence"), ENDS)
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_each_is_a_calm_page_and_changes_nothing(self, customer, method, end, status, sentence):
        link = asked(without_mobile())
        end(link)
        link.order.refresh_from_db()

        answer = ask(customer, method, path_of(link), "07712 345099")

        assert (answer.status_code, unchanged(link)) == (status, True)
        assert sentence in html(answer)
        assert "care@shop.test" in html(answer)

    def test_a_release_that_leaves_at_the_same_moment_wins(self, customer):
        link = asked(without_mobile())
        put_in_the_air(link)
        link.order.refresh_from_db()

        answer = customer.post(path_of(link), {"mobile": MOBILE})

        assert (answer.status_code, unchanged(link)) == (410, True)
        assert "We cannot change it any more" in html(answer)
        link.refresh_from_db()
        assert link.used_at is None

    @pytest.mark.parametrize("end", [expire, revoke])
    def test_in_whoever_s_hands_it_is_it_names_no_order(self, customer, end):
        link = asked(without_mobile())
        end(link)

        assert link.order.number not in html(customer.get(path_of(link)))

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_forged_one_is_not_there(self, customer, method):
        mine, other = path_of(asked(without_mobile())), path_of(asked(without_mobile()))
        forged = f"{mine.split('.')[0]}.{other.split('.')[1]}"

        answer = ask(customer, method, forged)

        assert answer.status_code == 404
        assert "There is nothing at this address" in html(answer)

    def test_one_link_tried_too_often_has_to_wait_and_others_do_not(self, customer):
        link, other = asked(without_mobile()), asked(without_mobile())
        for _ in range(PER_LINK):
            customer.post(path_of(link), {"mobile": "0"})

        answer = customer.post(path_of(link), {"mobile": MOBILE})

        assert (answer.status_code, answer["Retry-After"], unchanged(link)) == (429, "60", True)
        assert customer.get(path_of(other)).status_code == 200

    def test_one_address_that_guesses_has_to_wait(self, customer):
        for place in range(PER_ADDRESS):
            assert customer.get(f"/c/guess{place}.x/").status_code == 404

        assert customer.get(path_of(asked(without_mobile()))).status_code == 429
        assert customer.get("/c/x.y/", REMOTE_ADDR="8.8.8.8").status_code == 404

    @pytest.mark.parametrize("end", [lambda link: None, expire, revoke, cancel])
    def test_no_log_holds_the_address_or_what_was_typed(self, customer, caplog, end):
        link = asked(without_mobile())
        end(link)
        signature = path_of(link).split(".")[1].strip("/")
        with caplog.at_level("DEBUG"):
            customer.get(path_of(link))
            customer.get(path_of(link).rstrip("/"))
            customer.post(path_of(link), {"mobile": "07712 345"})
            customer.put(path_of(link))
            Client(enforce_csrf_checks=True).post(path_of(link), {"mobile": MOBILE})
            for _ in range(PER_LINK + 1):
                customer.get(path_of(link))

        assert signature not in caplog.text
        assert "07712" not in caplog.text
