"""The reports in a browser: by day and by night, wide and narrow, and on paper."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from exceptions_queue.models import ExceptionCase
from orders.models import CheckoutRefusal
from partners.sandbox.world import World
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets
from tests.browser.looks import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKED_AT = ("stopped", "time-to-fix", "checkout", "first-time-pass")


@pytest.fixture
def busy(world: World) -> None:
    """Cases closed at all hours of the last week, and baskets refused on each of its days."""
    now, today = timezone.now(), timezone.localdate()
    for n, case in enumerate(ExceptionCase.objects.order_by("pk")):
        case.opened_at = now - timedelta(hours=5 * n + 3)
        case.closed_at, case.state = (case.opened_at + timedelta(hours=2), "cured") if n % 3 else (None, "open")
        case.save()
    for n in range(7):
        day = today - timedelta(days=n)
        CheckoutRefusal.objects.create(day=day, sku=f"DRS-{n:04}-10", code="VAL-DIM-MISSING", carts=3 + n * n)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_lead_reads_the_reports(sign_in, busy: None, width: int, theme: str):
    page = sign_in("integration", width=width, theme=theme)
    page.goto("/reports/")
    expect(page.get_by_role("heading", name="Time to fix")).to_be_visible()
    assert (axe_faults(page), small_targets(page), is_within_its_width(page)) == ([], [], True)
    keep(page, f"reports-{theme}-{width}")

    for key in LOOKED_AT:
        page.goto(f"/reports/{key}/")
        expect(page.get_by_role("img").first).to_be_visible()
        assert (key, axe_faults(page), small_targets(page), is_within_its_width(page)) == (key, [], [], True)
        keep(page, f"report-{key}-{theme}-{width}")


def test_a_report_prints_its_charts_and_tables(sign_in, busy: None):
    page = sign_in("integration", theme="dark")
    page.goto("/reports/time-to-fix/")
    page.emulate_media(media="print")

    expect(page.get_by_role("img").first).to_be_visible()
    expect(page.get_by_role("table").first).to_be_visible()
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    keep(page, "report-time-to-fix-print")
