"""Refusals say whose work it is, and where to turn."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache

from tests.orders.builders import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(client):
    cache.clear()
    client.force_login(get_user_model().objects.create_user("stranger"))
    return client


def test_a_page_that_is_not_mine_is_refused_with_a_sentence_and_a_reference(stranger):
    answer = stranger.get("/orders/")

    assert answer.status_code == 403
    assert "Your role does not allow this" in answer.content.decode()
    assert answer["X-Request-Id"] in answer.content.decode()


def test_a_panel_that_is_not_mine_says_so_in_place_and_shows_nothing_of_the_order(stranger):
    order = make_order(email="ada@example.com")

    answer = stranger.get(f"/orders/{order.number}/correct-email/", headers={"HX-Request": "true"})

    assert "Your role can look at this but not change it" in answer.content.decode()
    assert "ada@example.com" not in answer.content.decode()


def test_an_act_that_is_not_mine_is_refused_in_place_too(stranger):
    order = make_order()

    answer = stranger.post(f"/orders/{order.number}/correct-email/", {"value": "x@example.com"}, headers={"HX-Request": "true"})

    assert answer.status_code == 403


def test_a_form_without_its_token_is_refused_with_what_to_do(stranger):
    stranger.handler.enforce_csrf_checks = True

    answer = stranger.post("/queue/take-next/")

    assert answer.status_code == 403
    assert "Reload the page" in answer.content.decode()
