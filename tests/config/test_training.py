"""An exercise is passed by its result, by this person, since they took the case: by nothing else, and nowhere but in the sandbox."""

from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from config.models import ExerciseAttempt
from config.training import attempts
from config.training.exercises import BY_KEY, EXERCISES
from exceptions_queue import actions as desk
from exceptions_queue.models import AuditEntry, ExceptionCase
from inventory.actions import correct_product
from inventory.models import Product
from orders.actions import cancel_order, correct_email, correct_mobile, correct_name, review_many
from orders.models import Order
from tests.config.people import load_roles, make_person
from tests.exceptions_queue.builders import one_case, open_many
from tests.orders.asking import MOBILE, without_mobile
from tests.orders.builders import NOON, make_order, make_product, make_shopfloor

pytestmark = pytest.mark.django_db
NUMBER, SIZE, WAIVE = BY_KEY["wrong-mobile"], BY_KEY["no-size"], BY_KEY["not-collected"]
BEGAN, DONE, LATER = (NOON + timedelta(minutes=some) for some in (1, 2, 3))
LIST, ONE = 6, 7  # three for who is asking


@pytest.fixture(autouse=True)
def sandbox(settings, db):
    cache.clear()
    settings.SANDBOX = True
    load_roles()


@pytest.fixture
def priya() -> User:
    return make_person("priya", "cx")


@pytest.fixture
def otto() -> User:
    return make_person("otto", "cx")


@pytest.fixture
def order() -> Order:
    make_shopfloor()
    return without_mobile()


def begin(person: User, exercise=NUMBER) -> ExerciseAttempt:
    return attempts.begin(exercise, person=person, at=BEGAN)


def check(person: User, exercise=NUMBER) -> ExerciseAttempt:
    return attempts.check(exercise, person=person, at=LATER)


def correct(order: Order, person: User | str, at=DONE) -> None:
    correct_mobile(order, value=MOBILE, actor=person, at=at, version=order.version)


def why_not_passed(person: User, exercise=NUMBER) -> str:
    with pytest.raises(attempts.Refused) as refusal:
        check(person, exercise)
    assert not ExerciseAttempt.objects.exclude(passed_at=None).exists()
    return refusal.value.sentence


def page(person: User, key: str = "wrong-mobile/") -> str:
    client = Client()
    client.force_login(person)
    return " ".join(unescape(client.get(f"/training/{key}").content.decode()).split())


class TestExercises:
    def test_there_are_twelve_each_of_a_code_of_its_own(self):
        assert len(EXERCISES) == len({each.key for each in EXERCISES}) == len({each.code for each in EXERCISES}) == 12

    @pytest.mark.parametrize("exercise", EXERCISES, ids=lambda each: each.key)
    def test_each_says_its_situation_in_two_sentences_and_is_somebody_s(self, exercise):
        assert exercise.situation.count(". ") == 1
        assert exercise.demand.endswith(".")
        assert exercise.roles
        assert bool(exercise.fix) == bool(exercise.saved)


class TestPutRight:
    def test_who_put_it_right_since_they_took_the_case_has_passed(self, order, priya):
        begin(priya)
        correct(order, priya)

        assert check(priya).passed_at == LATER
        assert AuditEntry.objects.get(verb="exercise passed").actor_label == "priya"

    def test_nothing_is_passed_while_the_case_is_open(self, order, priya):
        begin(priya)

        assert "still open" in why_not_passed(priya)

    def test_another_s_cure_passes_nothing(self, order, priya, otto):
        begin(priya)
        correct(order, otto)

        assert "otto put it right, not you." in why_not_passed(priya)

    def test_a_case_put_right_before_the_exercise_was_begun_cannot_be_taken(self, order, priya):
        correct(order, priya, at=NOON)

        with pytest.raises(attempts.Refused, match="no open case of this kind"):
            begin(priya)

    def test_a_case_put_right_before_it_was_begun_passes_nothing(self, order, priya):
        begin(priya)
        correct(order, priya)
        ExerciseAttempt.objects.update(began_at=DONE + timedelta(seconds=1))

        assert "closed before you took it" in why_not_passed(priya)

    def test_without_having_begun_nothing_is_passed(self, order, priya):
        correct(order, priya)

        assert "You have not begun" in why_not_passed(priya)

    def test_saving_something_else_of_the_order_passes_nothing_when_another_puts_it_right(self, order, priya, otto):
        begin(priya)
        correct_email(order, value="ada@example.com", actor=priya, at=BEGAN, version=order.version)
        order.refresh_from_db()
        correct(order, otto)

        assert "otto put it right" in why_not_passed(priya)

    def test_the_shop_s_own_correction_is_nobody_s(self, order, priya):
        begin(priya)
        correct_email(order, value="ada@example.com", actor=priya, at=BEGAN, version=order.version)
        Order.objects.update(mobile=MOBILE)
        review_many([order.pk], at=DONE)

        assert "not because anybody saved what the exercise asks for" in why_not_passed(priya)

    def test_an_order_that_is_cancelled_was_not_put_right(self, order, priya):
        begin(priya)
        cancel_order(order, reason="Too tired to look", actor=priya, at=DONE)

        assert "not because anybody saved" in why_not_passed(priya)

    def test_the_right_act_on_another_order_passes_nothing(self, order, priya):
        begin(priya)
        other = make_order(first_name="", last_name="Byron")
        review_many([other.pk], at=BEGAN)
        correct_name(other, first_name="Ada", last_name="Byron", actor=priya, at=DONE, version=other.version)

        assert "still open" in why_not_passed(priya)

    def test_checked_twice_it_is_passed_once(self, order, priya):
        begin(priya)
        correct(order, priya)

        assert check(priya).passed_at == attempts.check(NUMBER, person=priya, at=LATER + timedelta(hours=1)).passed_at
        assert AuditEntry.objects.filter(verb="exercise passed").count() == 1


class TestProduct:
    @pytest.fixture
    def rosa(self) -> User:
        return make_person("rosa", "merchandiser")

    @pytest.fixture
    def unsized(self) -> Product:
        make_shopfloor()
        product = make_product("COAT-1", length_mm=None)
        review_many([make_order(sku=product.sku).pk], at=NOON)
        return product

    def measure(self, product: Product, person: User) -> None:
        correct_product(product.sku, {"length_mm": 340}, actor=person, at=DONE)
        review_many(list(Order.objects.values_list("pk", flat=True)), at=DONE + timedelta(seconds=30))

    def test_who_gave_the_product_its_size_has_passed_once_its_order_was_checked_again(self, unsized, rosa):
        begin(rosa, SIZE)
        self.measure(unsized, rosa)

        assert check(rosa, SIZE).passed_at == LATER

    def test_another_s_size_passes_nothing(self, unsized, rosa):
        begin(rosa, SIZE)
        self.measure(unsized, make_person("otto", "merchandiser"))

        assert "otto put it right" in why_not_passed(rosa, SIZE)


class TestWaived:
    @pytest.fixture
    def case(self) -> ExceptionCase:
        return one_case(at=NOON, code="TRK-EXPIRED", evidence={"fault": "event", "locker": "UK1"})

    def waive(self, case: ExceptionCase, person: User) -> None:
        desk.waive(case, reason="They wait for their money", actor=person, at=DONE, version=case.version)

    def test_who_waived_it_with_a_reason_has_passed(self, case, priya):
        begin(priya, WAIVE)
        self.waive(case, priya)

        assert check(priya, WAIVE).passed_at == LATER

    def test_another_s_waiver_passes_nothing(self, case, priya, otto):
        begin(priya, WAIVE)
        self.waive(case, otto)

        assert "Otto Doe waived it, not you." in why_not_passed(priya, WAIVE)

    def test_closed_by_hand_is_not_what_was_asked_for(self, case, priya):
        begin(priya, WAIVE)
        desk.close_by_hand(case, reason="Done", actor=priya, at=DONE, version=case.version, still_failing=True)

        assert "closed by hand, and the exercise asks for something else: Waive the case" in why_not_passed(priya, WAIVE)

    def test_closed_by_itself_is_not_either(self, case, priya):
        begin(priya, WAIVE)
        desk.reconcile_many(case.subject_type.model_class(), [desk.Finding(1, {}, desk.Card("x", "/"))], scope={"TRK-EXPIRED"}, at=DONE)

        assert "closed by itself before anybody waived it" in why_not_passed(priya, WAIVE)


class TestTaking:
    def test_two_newcomers_get_a_case_each_and_the_third_a_sentence(self, priya, otto):
        open_many(2, at=NOON)

        taken = {begin(person).case_id for person in (priya, otto)}

        assert len(taken) == 2
        with pytest.raises(attempts.Refused, match="no open case of this kind any more"):
            begin(make_person("tess", "cx"))

    def test_whoever_asks_for_another_case_gets_another(self, priya):
        open_many(2, at=NOON)

        assert begin(priya).case_id != begin(priya).case_id
        assert ExerciseAttempt.objects.count() == 1

    def test_a_colleague_s_own_case_is_left_to_them(self, priya, otto):
        case = one_case(at=NOON)
        desk.assign(case, to=otto, actor=otto, at=NOON, version=case.version)

        with pytest.raises(attempts.Refused, match="no open case"):
            begin(priya)

    def test_who_may_not_do_it_is_told_whose_it_is(self):
        open_many(1, at=NOON)

        with pytest.raises(attempts.Refused, match="for the CX agent: your role may not"):
            begin(make_person("agnes", "finance"))

    def test_what_is_passed_is_not_begun_again(self, order, priya):
        begin(priya)
        correct(order, priya)
        check(priya)

        with pytest.raises(attempts.Refused, match="passed this exercise already"):
            begin(priya)


class TestPages:
    def test_the_page_says_where_it_is_and_what_nobody_touches(self, priya):
        assert "Training: this is the sandbox. No partner, customer or ledger is touched." in page(priya, "")
        assert "0 of 12 passed" in page(priya, "")

    def test_looking_passes_nothing_and_the_check_does(self, order, priya):
        begin(priya)
        correct(order, priya)

        assert "The result is there: have it checked." in page(priya)
        assert ExerciseAttempt.objects.get().passed_at is None

        client = Client()
        client.force_login(priya)
        answer = client.post("/training/wrong-mobile/check/", follow=True)
        assert "You passed this exercise" in answer.content.decode()
        assert "1 of 12 passed" in page(priya, "")

    def test_what_is_missing_is_said(self, order, priya):
        client = Client()
        client.force_login(priya)
        client.post("/training/wrong-mobile/begin/")

        answer = client.post("/training/wrong-mobile/check/")

        assert (answer.status_code, "The case is still open." in answer.content.decode()) == (409, True)
        assert f"/queue/{ExceptionCase.objects.get().pk}/" in page(priya)

    def test_where_there_is_no_case_left_the_next_exercise_is_named(self, priya):
        one_case(at=NOON, code="VAL-EMAIL", evidence={"field": "email", "fault": "missing"})

        html = page(priya)

        assert "The sandbox has no open case of this kind any more." in html
        assert 'Next: <a href="/training/no-email/">E-mail address missing or malformed</a>' in html

    def test_where_another_was_quicker_another_case_is_offered(self, order, priya, otto):
        begin(priya)
        correct(order, otto)
        one_case(at=NOON, subject=7)

        html = page(priya)

        assert "otto put it right, not you. Take another case." in html
        assert ("Take another case</button>" in html, "Check the result" in html) == (True, False)

    def test_a_viewer_looks_and_is_told_whose_it_is(self):
        html = page(make_person("tom", "viewer"))

        assert "it is for the CX agent" in html
        assert "Take a case" not in html

    @pytest.mark.parametrize("address", ["", "wrong-mobile/"])
    def test_beside_real_partners_it_says_why_not_here_and_where(self, settings, priya, address):
        settings.SANDBOX = False

        html = page(priya, address)

        assert "This desk speaks with real partners." in html
        assert "manage.py demo" in html

    @pytest.mark.parametrize("act", ["begin", "check"])
    def test_beside_real_partners_nothing_is_begun_or_checked(self, settings, priya, act):
        open_many(1, at=NOON)
        settings.SANDBOX = False
        client = Client()
        client.force_login(priya)

        assert client.post(f"/training/wrong-mobile/{act}/").status_code == 409
        assert not ExerciseAttempt.objects.exists()

    def test_an_exercise_that_is_not_there_is_not_found(self, priya):
        client = Client()
        client.force_login(priya)

        assert client.get("/training/nosuch/").status_code == 404
        assert client.post("/training/nosuch/check/").status_code == 404

    @pytest.mark.parametrize("rows", [3, 30])
    def test_the_pages_take_the_same_statements_whatever_the_sandbox_holds(self, priya, django_assert_num_queries, rows):
        open_many(rows, at=NOON)
        begin(priya)
        for number in range(rows):
            ExerciseAttempt.objects.create(person=make_person(f"p{number}"), exercise=NUMBER.key, began_at=timezone.now())
        client = Client()
        client.force_login(priya)
        client.get("/training/")

        with django_assert_num_queries(LIST):
            client.get("/training/")
        with django_assert_num_queries(ONE):
            client.get("/training/wrong-mobile/")
