"""A person asks."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class Signed(HttpRequest):
    """A request of somebody who has signed in: LoginRequiredMiddleware lets no other reach these views."""

    user: User
    htmx: HtmxDetails
