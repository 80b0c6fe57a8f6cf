"""A newcomer trains in the sandbox and passes three exercises; an admin chooses the words of a message. In a browser."""

import pytest
from playwright.sync_api import Page, expect

from config.models import ExerciseAttempt
from orders.models import MessageTemplate
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = pytest.mark.parametrize(("theme", "width"), LOOKS)


def looks_right(page: Page, name: str) -> None:
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)
    keep(page, name)
    page.reload()  # the checker leaves styles behind


def take(page: Page, title: str) -> None:
    page.goto("/training/")
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name="Take a case").click()
    page.get_by_role("link", name="Open the case of").click()


def check(page: Page, title: str) -> None:
    page.goto("/training/")
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name="Check the result").click()


def fill_in(page: Page, title: str, button: str, **fields: str) -> None:
    """Take a case of the exercise, put it right on its page, and have the result checked."""
    take(page, title)
    for label, value in fields.items():
        page.get_by_role("textbox", name=label.replace("_", " ")).fill(value)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("nothing stops order").first).to_be_visible()
    check(page, title)
    expect(page.get_by_text("You passed this exercise")).to_be_visible()


def test_a_newcomer_passes_three_exercises(world: World, sign_in, watch):
    watch.expected = ("409",)
    priya = sign_in("cx")
    priya.get_by_role("link", name="Training").click()
    expect(priya.get_by_text("No partner, customer or ledger is touched.")).to_be_visible()
    expect(priya.get_by_role("heading", name="0 of 12 passed")).to_be_visible()

    title = "No mobile number for a locker order"
    take(priya, title)
    check(priya, title)
    expect(priya.get_by_role("alert")).to_contain_text("The case is still open.")
    priya.get_by_role("link", name="Open the case of").click()
    priya.get_by_role("textbox", name="Mobile number").fill("07712 345068")
    priya.get_by_role("button", name="Save the number").click()
    expect(priya.get_by_text("nothing stops order").first).to_be_visible()
    check(priya, title)
    expect(priya.get_by_text("You passed this exercise")).to_be_visible()
    keep(priya, "training-passed")

    fill_in(priya, "E-mail address missing or malformed", "Save the address", **{"E-mail": "ada.byron@example.com"})
    fill_in(priya, "InPost needs a first and a last name", "Save the name", First_name="Ada", Last_name="Byron")

    priya.goto("/training/")
    expect(priya.get_by_role("heading", name="3 of 12 passed")).to_be_visible()
    keep(priya, "training-three")
    assert ExerciseAttempt.objects.exclude(passed_at=None).count() == 3


@SIZES
def test_the_pages_of_the_training_look_right(world: World, sign_in, theme: str, width: int):
    page = sign_in("cx", theme=theme, width=width)
    page.goto("/training/")
    looks_right(page, f"training-list-{theme}-{width}")
    page.goto("/training/wrong-mobile/")
    page.get_by_role("button", name="Take a case").click()
    expect(page.get_by_role("button", name="Check the result")).to_be_visible()
    looks_right(page, f"training-exercise-{theme}-{width}")


@SIZES
def test_an_admin_chooses_the_words_of_a_message(world: World, sign_in, watch, theme: str, width: int):
    watch.expected = ("422",)
    page = sign_in("integration", theme=theme, width=width)
    page.goto("/settings/messages/")
    looks_right(page, f"words-list-{theme}-{width}")
    page.get_by_role("link", name="The customer can put it right").click()
    looks_right(page, f"words-message-{theme}-{width}")

    page.get_by_label("Text").fill("Hello [name], go here: [link]")
    page.get_by_role("button", name="Save the words").click()
    expect(page.get_by_role("alert")).to_contain_text("[name] is no placeholder")
    keep(page, f"words-refused-{theme}-{width}")
    page.get_by_label("Text").fill("Hello,\n\nplease [request] here: [link]")
    page.get_by_role("button", name="See how they read").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    keep(page, f"words-preview-{theme}-{width}")
    page.get_by_role("button", name="Save the words").click()

    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    looks_right(page, f"words-saved-{theme}-{width}")
    assert MessageTemplate.objects.get().version == 1
