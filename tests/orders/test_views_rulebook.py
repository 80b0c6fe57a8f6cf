"""The pages of the rules: look, try, publish, roll back; a bad value gets a sentence."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from orders.actions import review_many
from orders.models import RuleReplay, RuleSetting
from tests.config.people import load_roles, make_person
from tests.orders.builders import make_order, make_product, make_shopfloor

pytestmark = pytest.mark.django_db
WEIGHT = "/rules/parcel_weight_g/"
LIST = 6  # three for who is asking, three for the rules


@pytest.fixture(autouse=True)
def shopfloor(db):
    load_roles()
    make_shopfloor()


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_person(role, role))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in("integration")


def heavy(count: int = 1) -> list[str]:
    make_product("BOX-1", weight_g=12_000)
    orders = [make_order(sku="BOX-1") for _ in range(count)]
    review_many([order.pk for order in orders], at=timezone.now() - timedelta(hours=1))
    return [order.number for order in orders]


def text(answer) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def tried(client: Client, value: str = "10000") -> str:
    return client.post(f"{WEIGHT}try/", {"value": value, "days": "30"}).url


def test_the_list_says_what_each_rule_holds_and_its_settings(admin):
    make_order_without_mobile = make_order(mobile="")
    review_many([make_order_without_mobile.pk], at=timezone.now())

    html = text(admin.get("/rules/"))

    assert "An order that does not fit one compartment together, or is too heavy for one parcel." in html
    assert "Weight of the wrapping</a>: <strong>150 g</strong>" in html
    assert 'VAL-MOB-MISSING</a></div></td> <td data-label="What it holds"><div>A locker order without a mobile number' in html
    assert html.count('class="num"><div>1</div></td>') == 1


@pytest.mark.parametrize("path", ["/rules/", WEIGHT, "/rules/served/"])
def test_a_viewer_looks_and_is_offered_no_act(path):
    html = text(signed_in("viewer").get(path))

    assert "Try another value" not in html
    assert "Roll back" not in html


def test_from_the_attempt_to_the_publication(admin):
    numbers = heavy(2)

    address = tried(admin)
    seen = text(admin.get(address))
    answer = admin.post(f"{address}publish/", {"reason": "Couriers asked for it"}, follow=True)

    assert "It would have held <strong>2</strong> more orders, of which <strong>0</strong> really failed later" in seen
    assert all(number in seen for number in numbers)
    assert "Heaviest parcel is 10,000 g from now on." in text(answer)
    assert "Couriers asked for it" in text(answer)
    assert "by <bdi>Integration Doe</bdi>" in text(admin.get("/rules/"))


def test_rolled_back_on_the_page(admin):
    admin.post(f"{tried(admin)}publish/", {"reason": "Lighter"})

    answer = admin.post(f"{WEIGHT}roll-back/", {"version": "1", "reason": "As before"}, follow=True)

    assert "Rolled back: Heaviest parcel is 15,000 g again." in text(answer)
    assert RuleSetting.objects.count() == 2


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"value": "heavy", "days": "30"}, "Heaviest parcel: give a whole number from 1,000 to 15,000 g."),
        ({"days": "30"}, "give a whole number"),
        ({"value": "16000", "days": "30"}, "give a whole number"),
        ({"value": "10000", "days": "31"}, "Choose whether to look at the last 30 or the last 90 days."),
        ({"value": "15000", "days": "30"}, "Heaviest parcel is 15,000 g already."),
    ],
)
def test_what_cannot_be_tried_gets_a_sentence(admin, sent, sentence):
    answer = admin.post(f"{WEIGHT}try/", sent)

    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not RuleReplay.objects.exists()


def test_a_publication_without_a_reason_keeps_the_page_and_says_so(admin):
    answer = admin.post(f"{tried(admin)}publish/", {"reason": " "})

    assert (answer.status_code, "Say why" in text(answer)) == (422, True)


def test_what_is_stale_is_not_published_and_the_page_says_why(admin):
    first, second = tried(admin), tried(admin, "9000")
    admin.post(f"{second}publish/", {"reason": "Nine"})

    answer = admin.post(f"{first}publish/", {"reason": "Ten"})

    assert answer.status_code == 409
    assert "Somebody has published a setting since you looked." in text(answer)
    assert "Publish it" not in text(answer)


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 30])
def test_a_roll_back_of_another_version_is_refused(admin, version):
    admin.post(f"{tried(admin)}publish/", {"reason": "Lighter"})

    answer = admin.post(f"{WEIGHT}roll-back/", {"version": version, "reason": "As before"})

    assert (answer.status_code, RuleSetting.objects.count()) == (409, 1)


def test_while_a_worker_is_at_it_the_page_shows_how_far_it_is(admin):
    seen = RuleReplay.objects.create(
        key="parcel_weight_g",
        value=9_000,
        base_version=0,
        days=30,
        asked_at=timezone.now(),
        total=50_000,
        looked_at=20_000,
        state="running",
    )
    address = f"{WEIGHT}replays/{seen.pk}/"

    under_way = text(admin.get(address, headers={"HX-Request": "true"}))
    RuleReplay.objects.update(state="done")
    done = admin.get(address, headers={"HX-Request": "true"})

    assert "Under way: 20000 of 50000 decisions looked at." in under_way
    assert done.headers["HX-Refresh"] == "true"


def test_a_replay_of_another_setting_is_not_found(admin):
    pk = tried(admin).rstrip("/").rsplit("/", 1)[1]

    assert admin.get(f"/rules/packing_g/replays/{pk}/").status_code == 404
    assert admin.get("/rules/nosuch/").status_code == 404


@pytest.mark.parametrize("rows", [3, 30])
def test_the_list_takes_the_same_statements_whatever_was_published(admin, django_assert_num_queries, rows):
    for number in range(1, rows + 1):
        RuleSetting.objects.create(
            version=number,
            key="packing_g",
            value=100 + number,
            in_force={"packing_g": 100 + number, "version": number},
            published_at=timezone.now(),
        )
    admin.get("/rules/")

    with django_assert_num_queries(LIST):
        admin.get("/rules/")
