"""The shift hand-over and the reference that people write on, in a browser: both themes, wide and narrow, and on paper."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.handover import acts
from exceptions_queue.actions import place_hold, wait_for_customer
from exceptions_queue.actions import reference as words
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from orders.models import Order
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def person(username: str):
    return get_user_model().objects.get(username=username)


@pytest.fixture
def shift(world: World) -> None:
    """A floor with two promises, a hold about to end, and a hand-over that waits to be accepted."""
    now = timezone.now()
    for case in ExceptionCase.objects.filter(state=CaseState.OPEN).order_by("pk")[:2]:
        wait_for_customer(case, actor=person("cx"), at=now, version=case.version)
    held = Order.objects.earliest("placed_at")
    place_hold(held, reason="Asked to wait", exit="They ring", owner="cx", actor=person("cx"), at=now, until=now + timedelta(minutes=30))
    acts.hand_over(note="The printer at bench 2 jams.\n\nThe courier comes early.", actor=person("cx"), at=now)


def is_fine(page: Page, name: str, *, whole: bool = True) -> None:
    page.screenshot(path=f"test-artifacts/{name}.png", full_page=whole)
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True), name


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_lead_reads_how_the_shift_stands_and_accepts_it(sign_in, shift, width: int, theme: str):
    page = sign_in("warehouse", width=width, theme=theme)
    page.goto("/handover/")
    keep(page, f"handover-{theme}-{width}")
    is_fine(page, f"handover-page-{theme}-{width}")

    page.get_by_role("link", name="nobody has accepted it yet").click()
    is_fine(page, f"handover-one-{theme}-{width}")
    page.get_by_role("button", name="Accept the shift").click()

    expect(page.get_by_text("Accepted", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Accept the shift")).to_have_count(0)


def test_on_paper_there_are_the_figures_and_the_note_and_nothing_to_press(sign_in, shift):
    page = sign_in("warehouse")
    page.goto("/handover/")
    page.get_by_role("link", name="nobody has accepted it yet").click()
    page.emulate_media(media="print")

    expect(page.get_by_text("The printer at bench 2 jams.")).to_be_visible()
    expect(page.get_by_role("heading", name="Open risk")).to_be_visible()
    expect(page.get_by_role("button", name="Accept the shift")).to_be_hidden()
    page.screenshot(path="test-artifacts/handover-print.png", full_page=True)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_an_admin_writes_on_a_page_while_a_colleague_does_and_both_texts_stay(sign_in, world, watch, width: int, theme: str):
    watch.expected = ("409",)
    page = sign_in("integration", width=width, theme=theme)
    page.goto("/reference/val-name/words/")
    is_fine(page, f"reference-words-{theme}-{width}")
    words.write_words("VAL-NAME", "Ask the shop first.", seen=0, actor=person("viewer"), at=timezone.now())
    page.get_by_label("The house's own words").fill("Ask Zoë first.")
    page.get_by_role("button", name="Save as a new version").click()

    expect(page.get_by_role("alert")).to_contain_text("both texts are here")
    expect(page.get_by_label("The house's own words")).to_have_value("Ask Zoë first.")
    is_fine(page, f"reference-both-{theme}-{width}")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("heading", name="In our house")).to_be_visible()
    page.get_by_label("What was missing?").fill("Double names")
    page.get_by_role("button", name="No", exact=True).click()

    expect(page.get_by_text("Today you said no")).to_be_visible()
    is_fine(page, f"reference-code-{theme}-{width}")
    for address, name in (("/reference/", "list"), ("/reference/owners/", "owners"), ("/reference/handbook/", "handbook")):
        page.goto(address)
        is_fine(page, f"reference-{name}-{theme}-{width}", whole=name == "owners")  # the others are a picture of many screens
