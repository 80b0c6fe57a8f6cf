"""The queue by keyboard: twenty mixed cases cleared without a mouse, many picked at once, colleagues seen, nothing jumping."""

import re

import pytest
from playwright.sync_api import Page, expect

from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from exceptions_queue.tasks import drain_bulk
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

MOST_PRESSES = 60
READY = """() => {
  const pane = document.querySelector("#case-pane"), fix = document.querySelector("#fix");
  return pane && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")
    && (!fix || fix.querySelector("form") || !fix.matches("[hx-trigger=load]")) && document.activeElement.closest("#pane");
}"""
SHIFTS = """new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (!entry.hadRecentInput) window.shifted = (window.shifted ?? 0) + entry.value;
})).observe({type: "layout-shift", buffered: true});"""


class Hands:
    """Somebody at the keyboard who counts every press: moves, commands, confirmations, typed characters."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def opened(self) -> ExceptionCase:
        """The open case, once its fix has come and the focus is in it."""
        self.page.wait_for_function(READY)
        return ExceptionCase.objects.get(pk=self.page.locator("#case-pane").get_attribute("data-case"))

    def switch_to(self, number: int) -> None:
        """Another fix by its number, loaded and ready."""
        form = self.page.locator("#fix form")
        shown = str(form.get_attribute("action"))
        self.press(str(number))
        expect(form).not_to_have_attribute("action", shown)
        expect(form.get_by_role("button").last).to_be_focused()


def put_right(hands: Hands, case: ExceptionCase) -> bool:
    """What an agent does about it, by what the pane offers. False for what only the customer can answer."""
    page = hands.page
    if page.locator("#fix .proposal").count() or case.code in ("VAL-OVERSIZE", "VAL-DUPLICATE"):
        hands.press("Enter")  # the proposal, or the one thing to confirm, has the focus
    elif page.locator("#fix input[type=radio]").count():
        hands.press("Space", "Enter")  # the nearest of five lockers
    elif case.code in ("VAL-MOB-FORMAT", "VAL-MOB-MISSING", "VAL-EMAIL", "VAL-LOCKER-MISSING"):
        hands.switch_to(2)  # home delivery
        hands.press("Enter")
    else:
        return False
    return True


@pytest.mark.parametrize("world", [300], indirect=True)
def test_twenty_mixed_cases_are_cleared_without_a_mouse_in_sixty_presses(world: World, sign_in):
    page = sign_in("cx", width=1440)
    page.goto("/queue/?owner=cx")
    hands, cleared = Hands(page), list[ExceptionCase]()
    hands.press("j", "Enter")

    while len(cleared) < 20:
        case = hands.opened()
        if put_right(hands, case):
            cleared.append(case)
        else:
            hands.press("]")
        expect(page.locator("#case-pane")).not_to_have_attribute("data-case", str(case.pk))

    keep(page, "triage-twenty")
    standing = ExceptionCase.objects.filter(pk__in=[case.pk for case in cleared])
    assert {case.state for case in standing} == {CaseState.CURED}
    assert len({case.code for case in cleared}) >= 6
    assert hands.presses <= MOST_PRESSES


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1280, "dark"), (1000, "light")])
def test_nothing_moves_when_the_fragments_arrive(world: World, sign_in, width, theme):
    page = sign_in("cx", width=width, theme=theme)
    page.add_init_script(SHIFTS)
    page.goto("/queue/")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".cause").first).to_be_visible()

    assert page.evaluate("() => window.shifted ?? 0") < 0.01
    hands = Hands(page)
    hands.press("j", "Enter")
    hands.opened()
    page.wait_for_load_state("networkidle")
    keep(page, f"triage-open-{width}-{theme}")
    assert axe_faults(page) == []
    assert is_within_its_width(page)
    assert small_targets(page) == []
    assert page.evaluate("() => [...document.querySelectorAll('.cases tbody tr')].every((row) => row.offsetHeight === 44)")


def test_the_picked_stay_picked_through_an_act_on_all_of_them(world: World, sign_in):
    page = sign_in("cx")
    page.goto("/queue/")
    hands = Hands(page)
    hands.press("j", "x", "j", "j", "Shift+X", "a")
    expect(page.get_by_role("dialog")).to_contain_text("Assign: 3 cases")
    expect(page.get_by_label("To", exact=True)).to_be_focused()
    assert axe_faults(page) == []

    hands.press("Enter")
    expect(page.locator("#jobs")).to_contain_text("Assign: 3 cases")
    drain_bulk()

    expect(page.locator("#jobs")).to_contain_text("3 done")
    expect(page.locator(".cases tbody .name")).to_have_count(3)
    expect(page.locator("#picked")).to_have_text("3 picked")
    page.reload()
    expect(page.locator("#picked")).to_have_text("3 picked")


def test_colleagues_are_seen_and_what_is_typed_is_never_a_command(world: World, sign_in):
    first, second = sign_in("cx"), sign_in("warehouse")
    for page in (second, first):
        page.goto("/queue/")
        hands = Hands(page)
        hands.press("j", "Enter")
        case = hands.opened()
        page.wait_for_load_state("networkidle")
    expect(first.locator("#here")).to_contain_text("Callum Reid is looking at it too")
    expect(first.locator(f"#case-{case.pk} .eye")).to_contain_text("CR")

    first.keyboard.press("n")
    first.keyboard.type("jks? rang them [x]")

    expect(first.get_by_label("Note")).to_have_value("jks? rang them [x]")
    expect(first.locator("#case-pane")).to_have_attribute("data-case", str(case.pk))
    expect(first.locator("#keys")).to_be_hidden()


def test_an_act_is_taken_back_with_one_key_and_a_snooze_prints_its_return(world: World, sign_in):
    page = sign_in("cx")
    page.goto("/queue/")
    hands = Hands(page)
    hands.press("j", "Enter")
    case = hands.opened()
    hands.press("i")
    expect(page.locator("#case-pane")).to_contain_text("Priya Shah has it")
    hands.press("u")
    expect(page.locator("#case-pane")).to_contain_text("nobody has it")

    hands.press("s")
    expect(page.locator(".picks").first).to_contain_text(
        re.compile(r"Until today \d\d:\d\d \(.* before it is due\)|past the time it is due")
    )
    hands.press("Enter")

    expect(page.locator("#case-pane")).not_to_have_attribute("data-case", str(case.pk))
    expect(page.locator(f"#case-{case.pk}")).to_contain_text("Snoozed until")


def test_the_keys_are_listed_and_lead_to_the_other_pages(world: World, sign_in):
    page = sign_in("cx")
    page.goto("/queue/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert axe_faults(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/orders/")


def test_on_a_telephone_a_case_is_a_page_of_its_own(world: World, sign_in):
    page = sign_in("cx", width=360)
    page.goto("/queue/")
    page.locator("tbody .case-link").first.click()
    page.wait_for_url(re.compile(r"/queue/\d+/$"))
    page.wait_for_load_state("networkidle")
    assert is_within_its_width(page)
    assert small_targets(page) == []
