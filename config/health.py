"""Is it alive, is it ready, how much is there? For load balancers, monitoring, and people who look from outside."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseTrouble
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import metrics
from config.freshness import beat_age, freshness
from config.invariants import BEAT_LIMIT
from partners.tokens import BearerToken, Scoped


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. Looks at nothing else, so that a database in trouble does not get the web restarted."""
    return JsonResponse({"alive": True})


@login_not_required
@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Ready: the database answers and a beat passed through a worker in the last 90 s; 503 when not.

    Late feeds are told but do not make us unready: a partner's outage must not take the desk out of service.
    """
    at = timezone.now()
    try:
        beat, feeds = beat_age(at), list(freshness(at))
    except DatabaseTrouble as error:
        connection.close()
        return JsonResponse({"ready": False, "database": {"ok": False, "error": type(error).__name__}}, status=503)
    beats = beat is not None and beat < BEAT_LIMIT
    facts = {
        "ready": beats,
        "database": {"ok": True},
        "worker": {"ok": beats, "beat_age_seconds": _seconds(beat)},
        "feeds": {feed.feed: {"late": feed.late, "age_seconds": _seconds(feed.age)} for feed in feeds},
    }
    return JsonResponse(facts, status=200 if beats else 503)


class Prometheus(BaseRenderer):
    media_type, format, charset = "text/plain", "txt", "utf-8"

    def render(self, data: object, *_args: object, **_kwargs: object) -> str:
        return str(data)


class Metrics(APIView):
    """The gauges as Prometheus text, for a token with the scope metrics:read."""

    authentication_classes = [BearerToken]
    permission_classes = [Scoped("metrics:read")]  # type: ignore[list-item]
    renderer_classes = [Prometheus]

    def get(self, _request: Request) -> Response:
        return Response(metrics.text(at=timezone.now()))


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds())
