"""A person asks."""

from django.contrib.auth.models import User
from django.http import HttpRequest


class Signed(HttpRequest):
    """A request from somebody who is signed in, as LoginRequiredMiddleware makes sure."""

    user: User
