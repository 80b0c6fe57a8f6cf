"""Every page, in both themes, wide and narrow: accessible, inside its width, and nothing in the console."""

import pytest
from django.urls import reverse

from config import context
from config.context import NAVIGATION, SETTINGS
from exceptions_queue.models import ExceptionCase
from partners.models import SyncRun
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

ROLES = ("cx", "warehouse", "merchandiser", "finance", "finance_manager", "integration", "viewer")


def addresses() -> list[str]:
    """The navigation, and one of each page below it."""
    case = ExceptionCase.objects.filter(state="open").first()
    run = SyncRun.objects.order_by("pk").first()
    return [
        *(reverse(section.url_name) for _, sections in NAVIGATION for section in sections),
        *filter(None, (context.address(part.url_name) for part in SETTINGS)),
        "/search/?q=LS-100",
        f"/queue/{case.pk}/",
        f"/orders/{case.order_number}/",
        f"/sync/{run.pk}/",
        "/reference/val-mob-format/",
    ]


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)])
def test_every_page_is_accessible_and_fits(world: World, sign_in, theme, width):
    page = sign_in("integration", theme=theme, width=width)
    faults = []
    for address in addresses():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        keep(page, f"page{address.replace('/', '-')}{theme}-{width}")
        faults += [f"{address} {fault}" for fault in axe_faults(page)]
        if not is_within_its_width(page):
            faults.append(f"{address} is wider than the window")

    assert faults == []


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_for_each_role_on_a_small_screen(world: World, sign_in, role):
    page = sign_in(role, width=360)
    faults = []
    for address in addresses():
        answer = page.goto(address)
        if answer.status != 200 or not is_within_its_width(page):
            faults.append(f"{address} {answer.status}")

    assert faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_login_page_is_accessible(world: World, browser, live_server, watch, theme):
    page = browser.new_context(color_scheme=theme, base_url=live_server.url).new_page()
    watch.listen(page)

    page.goto("/account/login/")

    assert axe_faults(page) == []
    keep(page, f"page-login-{theme}")
    page.context.close()
