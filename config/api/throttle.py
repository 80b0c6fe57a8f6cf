"""How much one caller may ask for: so many requests a minute per token, or per person without one."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

MINUTE = 60


class PerCaller(BaseThrottle):
    """Counts in the cache: with Redis for all processes together, without it for each process by itself."""

    def allow_request(self, request: Request, view: Any) -> bool:
        now = int(time.time())
        self.left = MINUTE - now % MINUTE
        return _count(f"api:{_caller(request)}:{now // MINUTE}") <= settings.API_PER_MINUTE

    def wait(self) -> float:
        return float(self.left)


def _caller(request: Request) -> str:
    token = getattr(request.auth, "pk", None)
    return f"token{token}" if token else f"user{request.user.pk}"


def _count(key: str) -> int:
    cache.add(key, 0, 2 * MINUTE)
    try:
        return int(cache.incr(key))
    except ValueError:  # dropped between the two calls
        return 1
