"""The house, its addresses: nobody gets in without a login, nobody without a permission, and no template runs a script of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent

# The only addresses that ask for no permission, and why.
FOR_ANYBODY = {
    "healthz": "a load balancer asks",
    "readyz": "a load balancer asks",
    "welcome/": "a newcomer chooses a password, by the secret of their link",
    "welcome/X1/": "a newcomer opens their link",
    "c/X1/": "a customer puts their own order right, by the signature in the address",
    "labels/X1.pdf": "ACS's machine fetches one parcel's label, by the signature in its address",
    "labels/X1.zpl": "the same, for a label printer",
    "api/v1/carrier-service/": "the shop's machine asks at the checkout, and signs what it asks",
    "webhooks/inpost/": "the carrier's machine tells us, and signs what it says",
    "webhooks/shopify/": "the shop's machine tells us, and signs what it says",
}
FOR_ANYBODY_SIGNED_IN = {
    "account/": "one's own account: log in and out, password, second factor",
}
ARGUMENTS = {"int": "1", "str": "X1", "slug": "x", "path": "x", "uuid": "00000000-0000-0000-0000-000000000001"}


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, route)
        else:
            yield filled(route), entry


def filled(route: str) -> str:
    """The route as an address that could be asked for."""
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: ARGUMENTS.get(found[1] or "str", "X1"), route)
    return re.sub(r"\(\?P<\w+>[^)]*\)", "1", route).replace("^", "").replace("$", "").replace("\\Z", "")


def ours() -> list[str]:
    """Every address but the admin's, whose own gate is tested once."""
    found = sorted({route for route, _ in addresses(get_resolver().url_patterns) if not route.startswith("admin/")})
    return [route for route in found if route not in FOR_ANYBODY and not route.startswith(tuple(FOR_ANYBODY_SIGNED_IN))]


@pytest.fixture
def stranger(client, db):
    """A person with a login and no role."""
    client.force_login(get_user_model().objects.create_user("stranger"))
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("route", ours())
def test_without_a_login_every_page_leads_to_the_login(route, client):
    answer = client.get(f"/{route}")

    assert answer.status_code in {302, 401}, answer.status_code
    if answer.status_code == 302:
        assert answer["Location"].startswith("/account/login/")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", ours())
def test_without_a_permission_every_page_refuses(route, method, stranger):
    assert getattr(stranger, method)(f"/{route}").status_code in {401, 403, 404, 405}


def test_the_admin_is_for_staff(stranger):
    assert stranger.get("/admin/").status_code == 302


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_carries_script_or_style_of_its_own(path):
    """The content security policy would refuse it, and the page would be half broken."""
    text = path.read_text()

    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"\son\w+\s*=|hx-on|js:", text)
    assert not re.search(r'(?:src|href)\s*=\s*"(?:https?:)?//', text)
