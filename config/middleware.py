"""What every request passes: a request id in the log, an idle clock, an htmx-aware login, no-store."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Next = Callable[[HttpRequest], HttpResponse]


class _Pass:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class RequestLog(_Pass):
    """Placeholder until the shell is built."""


class SessionClock(_Pass):
    """Placeholder until the shell is built."""


class HtmxLogin(_Pass):
    """Placeholder until the shell is built."""


class PrivatePages(_Pass):
    """Placeholder until the shell is built."""
