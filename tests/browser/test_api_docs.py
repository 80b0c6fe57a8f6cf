"""The API's documentation in a real browser: it draws itself under our policy, and what it sends is answered."""

import pytest

from tests.browser.conftest import is_within_its_width, keep

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_shows_every_room_and_can_be_tried(world, sign_in):
    page = sign_in("cx")
    page.goto("/api/docs/")

    for tag in ("orders", "exceptions", "lockers", "sync-runs"):
        page.locator(f"#operations-tag-{tag}").wait_for()
    keep(page, "api-docs")

    page.locator("#operations-sync-runs-sync_runs_list .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    with page.expect_response("**/api/v1/sync-runs/") as answer:
        page.get_by_role("button", name="Execute").click()

    assert (answer.value.status, len(answer.value.json()["results"])) == (200, 4)
    keep(page, "api-docs-tried")


def test_an_act_from_the_page_carries_its_csrf_token(world, sign_in):
    page = sign_in("cx")
    page.goto("/api/docs/")
    page.locator("#operations-orders-orders_hold .opblock-summary-control").click()
    number = page.request.get("/api/v1/orders/?state=held").json()["results"][0]["number"]

    page.get_by_role("button", name="Try it out").click()
    page.get_by_placeholder("number").fill(number)
    page.locator("textarea").fill('{"reason": "Customer rang", "exit": "She rings back"}')
    with page.expect_response(f"**/api/v1/orders/{number}/hold/") as answer:
        page.get_by_role("button", name="Execute").click()

    assert (answer.value.status, answer.value.json()["holds"][0]["reason"]) == (200, "Customer rang")


def test_it_fits_a_telephone(world, sign_in):
    page = sign_in("viewer", width=360)
    page.goto("/api/docs/")
    page.locator("#operations-tag-orders").wait_for()
    keep(page, "api-docs-360")

    assert is_within_its_width(page)
