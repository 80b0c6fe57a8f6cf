"""The `warehouse` user's labels, in a browser: what failed is tried again in place, copies are counted and asked about, one is replaced."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from lockers import tasks as lockers
from lockers.models import LabelCopy, Parcel
from orders import tasks
from orders.models import Order
from orders.states import AcsStatus, OrderState
from partners.models import Intent
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS
from tests.lockers.shipping import JSON, FakeShipping, spoken_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFUSED = (422, JSON, b'{"title": "Invalid", "errors": {"recipient.phone": ["invalid"]}}')


@pytest.fixture
def shipping(world: World, settings) -> Iterator[FakeShipping]:
    with spoken_to(settings) as fake:
        yield fake


@pytest.fixture
def parcels(shipping: FakeShipping) -> list[Parcel]:
    """Four picked locker orders: InPost refused the first two labels for their mobiles and made the others."""
    orders = Order.objects.filter(state=OrderState.RELEASED, destination="locker").order_by("pk")[:4]
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(acs_status=AcsStatus.PICK_CONFIRMED, acs_status_since=timezone.now())
    tasks.ask_for_labels()
    parcels = list(Parcel.objects.order_by("pk"))
    shipping.refuse = REFUSED
    Intent.objects.filter(kind="make-label", payload__parcel__in=[parcel.pk for parcel in parcels[2:]]).update(
        next_at=timezone.now() + timedelta(hours=1)
    )
    lockers.make_labels()
    shipping.refuse = None
    make_all()
    tasks.ask_for_labels()
    return parcels


def make_all() -> None:
    Intent.objects.exclude(state__in=Intent.ENDED).update(next_at=timezone.now() - timedelta(seconds=1))
    lockers.make_labels()


def assert_fine(page: Page, name: str) -> None:
    keep(page, name)
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_page_is_fit_for_everybody(sign_in, parcels, theme, width):
    page = sign_in("warehouse", theme=theme, width=width)
    page.goto("/labels/")
    expect(page.get_by_text("Fix first: the mobile")).to_be_visible()
    assert_fine(page, f"labels-{theme}-{width}")

    page.get_by_role("link", name=Parcel.objects.get(pk=parcels[2].pk).tracking_number).click()
    assert_fine(page, f"label-{theme}-{width}")
    page.get_by_role("link", name="Replace this label").click()
    expect(page.get_by_text("InPost has no way to cancel it")).to_be_visible()
    assert_fine(page, f"label-replace-{theme}-{width}")


def test_cx_corrects_what_inpost_named_and_the_warehouse_tries_both_again(sign_in, parcels):
    cx = sign_in("cx")
    cx.goto("/labels/")
    cx.get_by_role("link", name=f"Fix the mobile of order {parcels[0].order_number}").click()
    cx.get_by_role("textbox", name="Mobile number").fill("07712 345069")
    cx.get_by_role("button", name="Save the number").click()
    expect(cx.get_by_text("Saved for the label").first).to_be_visible()
    Order.objects.filter(number=parcels[1].order_number).update(state=OrderState.CANCELLED)

    page = sign_in("warehouse")
    page.goto("/labels/")
    page.get_by_role("button", name="Try all 2 again").click()

    expect(page.get_by_role("heading", name="1 could not be tried again, 1 could")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="1 could not be tried again, 1 could")).to_be_visible()
    assert_fine(page, "labels-tried")
    make_all()
    page.reload()
    expect(page.get_by_role("link", name=Parcel.objects.get(pk=parcels[0].pk).tracking_number)).to_be_visible()


def test_the_second_copy_asks_why_and_the_third_is_confirmed(sign_in, parcels):
    page, parcel = sign_in("warehouse"), Parcel.objects.get(pk=parcels[2].pk)
    page.goto("/labels/")
    with page.expect_download():
        page.get_by_role("button", name=f"PDF of {parcel.tracking_number}").click()

    for number in (2, 3):
        page.goto(f"/labels/{parcel.pk}/")
        page.get_by_label("Why is another copy needed?").fill("Torn at the bench")
        if number == 3:
            expect(page.get_by_text("make sure that the others are destroyed")).to_be_visible()
            assert_fine(page, "label-third-copy")
            page.get_by_label("I have read this").check()
        with page.expect_download():
            page.get_by_role("button", name="Print as PDF").click()

    page.goto(f"/labels/{parcel.pk}/")
    expect(page.get_by_role("cell", name="Torn at the bench")).to_have_count(2)
    assert list(LabelCopy.objects.order_by("number").values_list("number", "by_text")) == [(n, "warehouse") for n in (1, 2, 3)]


def test_many_are_printed_at_once_and_each_once(sign_in, parcels):
    page = sign_in("warehouse")
    page.goto("/labels/")
    page.get_by_role("link", name="Print the 2 not printed yet").click()
    assert_fine(page, "labels-together")

    with page.expect_download() as file:
        page.get_by_role("button", name="Download 2 labels as ZPL").click()
    assert file.value.path().read_bytes().count(b"^XA") == 2
    page.get_by_role("button", name="Download 2 labels as ZPL").click()

    expect(page.get_by_text("Nothing was printed.")).to_be_visible()
    assert LabelCopy.objects.count() == 2


def test_a_label_is_replaced_and_the_old_one_says_so(sign_in, parcels):
    page, old = sign_in("warehouse"), Parcel.objects.get(pk=parcels[2].pk)
    page.goto(f"/labels/{old.pk}/replace/")
    page.get_by_label("Why is it replaced?").fill("The printer tore it")
    page.get_by_role("button", name="Replace this label").click()

    expect(page.get_by_text("is void here").first).to_be_visible()
    assert_fine(page, "label-replaced")
    page.goto(f"/labels/{old.pk}/")
    expect(page.get_by_text("Nobody may use this label")).to_be_visible()
    assert_fine(page, "label-void")
    expect(page.get_by_role("button", name="Print as PDF")).to_have_count(0)
    page.goto(f"/orders/{old.order_number}/")
    expect(page.get_by_text(f"{old.tracking_number}: The printer tore it")).to_be_visible()
    assert_fine(page, "label-on-order")
