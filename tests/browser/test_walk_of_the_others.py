"""Every page of who works with money, set-up and figures, in both themes, wide and narrow: accessible, fitting, easy to hit, silent."""

import pytest

from partners.sandbox.world import World
from tests.browser.walking import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1500)]


def test_every_page_of_who_works_with_money_set_up_and_figures_is_accessible_fits_and_can_be_hit(world: World, sign_in):
    faults = faults_of(("integration", "finance_manager", "finance", "viewer"), sign_in)

    assert not faults, "\n".join(faults)
