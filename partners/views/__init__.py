"""A person asks."""

from django.contrib.auth.models import User
from django.http import HttpRequest


class Signed(HttpRequest):
    """A request of somebody who is signed in: the middleware lets nobody else in."""

    user: User
