"""A person asks."""

from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django_htmx.middleware import HtmxDetails

from exceptions_queue.queries import words
from inventory.queries.levels import is_stale, stock_as_of


class Signed(HttpRequest):
    """A request of somebody who has signed in: LoginRequiredMiddleware lets no other reach these views."""

    user: User
    htmx: HtmxDetails


def address(url_name: str, **parts: str) -> str:
    """The address of a row's page; "" for a name that cannot stand in an address."""
    try:
        return reverse(url_name, kwargs=parts)
    except NoReverseMatch:
        return ""


def stale(now: datetime) -> str:
    """What to say above the numbers when ACS's last stock file is too old, or there was none; "" when it is fresh."""
    as_of = stock_as_of()
    if not is_stale(as_of, at=now):
        return ""
    if as_of is None:
        return "ACS’s stock has never been read: what stands here is not known to be true."
    said = f"ACS’s stock is of {words.moment(as_of, now)}, {words.brief(now - as_of)} ago."
    return f"{said} What has happened there since is not in these numbers."
