"""Another garment for one that cannot be sent."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from config.bench.harness import statements
from inventory.actions import recount
from inventory.models import Garment, Product
from orders.actions import Refused, messages, offer_another
from orders.actions.oversold import find_oversold
from orders.models import CustomerMessage, Order
from orders.queries.substitutes import missing_of
from tests.inventory.holding import make_garment, make_ready, make_status, stock_file_of
from tests.orders.builders import make_order, make_shopfloor

pytestmark = pytest.mark.django_db
SOLD, LARGER, OTHER, ELSEWHERE = "DRS-0012-10", "DRS-0012-12", "DRS-0099-10", "HAT-1"


def product(sku: str, name: str = "Midi dress", brand: str = "Ada", category: str = "dress") -> None:
    now = timezone.now()
    values = {"name": name, "brand": brand, "category": category, "fetched_at": now, "changed_at": now}
    Product.objects.update_or_create(sku=sku, defaults=values)


@pytest.fixture
def oversold(settings) -> Order:
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    now = timezone.now()
    make_shopfloor()
    for sku, name in ((SOLD, "Midi dress"), (LARGER, "Midi dress"), (OTHER, "Maxi dress")):
        product(sku, name)
    product(ELSEWHERE, "Hat", category="hat")
    make_ready(1, now, LARGER)
    make_ready(3, now, OTHER)
    make_ready(5, now, ELSEWHERE)
    make_garment(make_status("In processing", "processing"), SOLD, since=now)
    stock_file_of(now)
    order = make_order(number="LS-1", sku=SOLD)
    recount(at=now)
    find_oversold(at=now)
    return order


def offered(order: Order) -> dict[str, list[str]]:
    return {one.sku: [offer.sku for offer in one.offers] for one in missing_of(order, at=timezone.now())}


def test_offered_is_another_size_first_and_then_what_there_is_of_the_same_kind(oversold):
    assert offered(oversold) == {SOLD: [LARGER, OTHER]}


def test_what_is_not_enough_is_not_offered(oversold):
    oversold.lines.update(quantity=2)

    assert offered(oversold) == {SOLD: [OTHER]}


def test_nothing_is_offered_for_a_product_nobody_has_described(oversold):
    Product.objects.filter(sku=SOLD).update(brand="", category="")

    assert offered(oversold) == {SOLD: []}
    with pytest.raises(Refused, match="Nothing of the same brand"):
        offer_another(oversold, actor="test", at=timezone.now())


def test_the_message_names_what_can_be_sent_and_is_sent_only_while_it_can(oversold):
    checked = offer_another(oversold, actor="test", at=timezone.now())
    message = CustomerMessage.objects.get()
    world = messages.read_world([oversold], at=timezone.now())
    before = messages.why_not_true(message, oversold, world)
    Garment.objects.filter(sku=LARGER).delete()
    recount(at=timezone.now())

    assert [line for line in message.body.splitlines() if line.startswith("- ")] == [
        "- Midi dress (DRS-0012-12)",
        "- Maxi dress (DRS-0099-10)",
    ]
    assert (before, messages.why_not_true(message, oversold, world)) == ("", messages.CHANGED)
    assert "change the order in the shop" in checked.sentence


def test_an_order_that_lacks_nothing_is_offered_nothing(oversold):
    whole = make_order(number="LS-2", sku=OTHER)

    with pytest.raises(Refused, match="Nothing of the order is missing"):
        offer_another(whole, actor="test", at=timezone.now())


def test_an_agent_sees_what_can_be_sent_and_drafts_the_message(client, oversold):
    call_command("load_roles", stdout=StringIO())
    agent = User.objects.create(username="agent")
    agent.groups.add(Group.objects.get(name="cx"))
    client.force_login(agent)
    address = reverse("orders:offer-another", args=[oversold.number])

    shown = client.get(address, headers={"hx-request": "true"}).content.decode()
    client.post(address, {"version": oversold.version})

    assert [sku in shown for sku in (LARGER, OTHER, ELSEWHERE)] == [True, True, False]
    assert CustomerMessage.objects.get().occasion == "another_garment"


@pytest.mark.parametrize("number", [3, 30])
def test_offers_cost_the_same_however_many_there_are(oversold, number):
    for n in range(number):
        product(f"DRS-X-{n}")
        make_ready(1, timezone.now(), f"DRS-X-{n}")
    recount(at=timezone.now())

    with statements() as asked:
        found = missing_of(oversold, at=timezone.now())

    assert len(found[0].offers) == 5 or number == 3
    assert asked.count <= 5
