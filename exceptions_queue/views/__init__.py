"""A person asks."""

from django.contrib.auth.models import User
from django.http import HttpRequest


class Signed(HttpRequest):
    """A request of somebody who has signed in: LoginRequiredMiddleware lets no other reach these views."""

    user: User
