"""Every page of who works with orders and goods, in both themes, wide and narrow: accessible, fitting, easy to hit, and silent."""

import pytest

from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, keep
from tests.browser.walking import THEMES, faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1500)]


def test_every_page_of_who_works_with_orders_and_goods_is_accessible_fits_and_can_be_hit(world: World, sign_in):
    faults = faults_of(("cx", "warehouse", "merchandiser"), sign_in)

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("theme", THEMES)
def test_the_login_page_is_accessible(world: World, browser, live_server, watch, theme):
    page = browser.new_context(color_scheme=theme, base_url=live_server.url).new_page()
    watch.listen(page)

    page.goto("/account/login/")

    assert axe_faults(page) == []
    keep(page, f"login-{theme}")
    page.context.close()
