"""InPost's events through the signed door as it is served, beside a view that does nothing; then applied in batches.

gunicorn imports this module too, for its addresses.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from config.bench.harness import BenchEnv, Measure, at_least, count_at_most, interleaved, statements
from config.bench.seed import Sql, insert_series, settle
from config.bench.served import Served, served
from config.urls import urlpatterns as ours
from lockers.models import Parcel, TrackingEvent
from lockers.sync import take_messages
from orders.actions.carriage import find_on_the_way
from partners import inbox
from partners.models import InboxMessage

EVENTS, BATCH, CALLS = 20_000, 500, 200
PER_BATCH = 14
SECRET = "only-for-a-benchmark"  # noqa: S105
NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
DOOR, EMPTY = "/webhooks/inpost/", "/bench/empty/"
CODES = ("FMD.1002", "MMD.1001", "LMD.1002", "LMD.1005", "LMD.9022", "EOL.1002")


@csrf_exempt
@login_not_required
@require_POST
def empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [*ours, path(EMPTY.strip("/") + "/", empty)]


def run(env: BenchEnv) -> list[Measure]:
    os.environ["INPOST_WEBHOOK_SECRET"] = SECRET
    numbers = count()
    with served("config.bench.tracking") as server:
        env.say("knocking at the door")
        calls = env.size(CALLS, least=100)
        rounds = interleaved(empty=_posts(server, EMPTY, calls, numbers), door=_posts(server, DOOR, calls, numbers))
    stored = InboxMessage.objects.filter(source="inpost").count()
    env.say("applying what came")
    counts = _applied(env.size(EVENTS, least=4 * BATCH))
    full = counts[1:-1]
    return [
        at_least(
            "events stored through the signed door ÷ empty POST view, rate",
            rounds.ratio("empty", "door"),
            0.25,
            rounds.detail("empty", "door"),
        ),
        count_at_most("events of the deliveries answered 200 that are not stored", abs(stored - 5 * calls), 0, f"{stored:,} stored"),
        count_at_most("statements per 500 events applied", max(counts), PER_BATCH, f"{len(counts)} batches"),
        count_at_most("statements of the largest full batch beyond the smallest", max(full) - min(full), 0),
        count_at_most("statements to apply the same events a second time, beyond the first", max(0, _again() - max(counts)), 0),
        count_at_most("statements to look for cases over all parcels", _looked(), 6),
    ]


def _posts(server: Served, address: str, calls: int, numbers: Iterator[int]) -> Callable[[], None]:
    def act() -> None:
        for _ in range(calls):
            body = _event(f"served-{next(numbers)}", "FMD.1002", 0)
            server.post(address, body, headers=_signed(body))

    return act


def _event(number: str, code: str, hours: int) -> bytes:
    happened = (NOON + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.111968200Z")
    place = {"id": None, "type": "LOGISTIC_CENTER", "name": None, "postalCode": None}
    event = {"trackingNumber": number, "eventId": f"{number}#{code}", "eventCode": code, "timestamp": happened, "location": place}
    return json.dumps(event).encode()


def _signed(body: bytes) -> dict[str, str]:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    digest = hmac.digest(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "x-inpost-topic": "Shipment.Tracking",
        "x-inpost-event-id": hashlib.sha256(body).hexdigest(),
        "x-inpost-timestamp": stamp,
        "x-inpost-signature": base64.b64encode(digest).decode(),
    }


def _applied(events: int) -> list[int]:
    """Statements of each batch: six events for each parcel, in the order in which nobody would send them."""
    InboxMessage.objects.all().delete()
    parcels = events // len(CODES) + 1
    columns = {"order_number": Sql("'B-' || n"), "tracking_number": Sql("'T-' || n"), "state": "labelled", "point_id": "UK00000001"}
    insert_series(Parcel, parcels, **columns, created_at=NOON)
    bodies = [_event(f"T-{1 + n % parcels}", CODES[-1 - n // parcels], len(CODES) - n // parcels) for n in range(events)]
    _store(bodies)
    settle(Parcel, InboxMessage, TrackingEvent)
    counts: list[int] = []
    while True:
        with statements() as seen:
            ended = inbox.drain_many("inpost", process=take_messages, clock=lambda: NOON, batch=BATCH, limit=1)
        if not ended:
            return counts
        counts.append(seen.count)


def _again() -> int:
    """The first batch delivered once more by other ids."""
    _store([_event(f"T-{1 + n}", CODES[-1], len(CODES)) for n in range(BATCH)])
    with statements() as seen:
        inbox.drain_many("inpost", process=take_messages, clock=lambda: NOON, batch=BATCH, limit=1)
    return seen.count


def _looked() -> int:
    with statements() as seen:
        find_on_the_way(at=NOON)
    return seen.count


def _store(bodies: list[bytes]) -> None:
    first = InboxMessage.objects.count()
    rows = (
        InboxMessage(
            source="inpost",
            delivery_id=f"d-{first + n}",
            received_at=NOON,
            next_at=NOON,
            raw_body=body,
            raw_hash=hashlib.sha256(body).hexdigest(),
        )
        for n, body in enumerate(bodies)
    )
    InboxMessage.objects.bulk_create(rows, batch_size=2_000)
