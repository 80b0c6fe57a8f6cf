"""The queue page at a million orders, 100,000 open and 500,000 closed cases, asked for through the whole stack.

Login, permissions and facets are part of the page; the baselines are a view with one indexed query and no login, and the
Django admin on the same table.
"""

import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db.models import Count
from django.http import HttpRequest, JsonResponse
from django.test import Client, override_settings
from django.urls import include, path, reverse

from config.bench.harness import ROUNDS, BenchEnv, Measure, Rounds, at_least, at_most, count_at_most, latencies, peak_growth, statements
from config.bench.seed import Sql, insert_series, settle
from config.bench.served import served
from exceptions_queue import actions as desk
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import CaseCount, ExceptionCase
from exceptions_queue.states import CaseState
from orders.models import Order

ORDERS, OPEN, CLOSED = 1_000_000, 100_100, 500_000
PAGE, DEPTH, REQUESTS, CHANGES = 50, 2_000, 40, 400
EXPORT_MIB = 64
ONE_QUERY = "/bench/one-query/"
NOW = datetime.now(UTC)


def run(env: BenchEnv) -> list[Measure]:
    env.say(f"making {env.size(ORDERS):,} orders and their cases")
    make_world(env)
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"]):
        person, admin = signed_in("bench-cx", role="cx"), signed_in("bench-admin", superuser=True)
        env.say("following next")
        deep = follow_next(person, min(DEPTH, env.size(OPEN) // PAGE - 1))
        env.say("asking for pages")
        return [
            *cost_of_the_page(person),
            *against_the_admin(person, admin),
            *depth(person, deep),
            *budget(person, deep),
            *export(person),
            counts(env),
        ]


def cost_of_the_page(person: Client) -> list[Measure]:
    """Processor time of gunicorn's worker and its database connection, the page in turn with a view of one query."""
    session = person.cookies[settings.SESSION_COOKIE_NAME].value
    rounds = Rounds({"queue": [], "one_query": []})
    with served(__name__) as web:
        for name, address, key in (("queue", "/queue/", session), ("one_query", ONE_QUERY, "")) * (ROUNDS + 1):
            rounds.costs[name].append(web.cost(address, times=REQUESTS, session=key))
    for costs in rounds.costs.values():
        del costs[0]  # the first round fills caches
    ours, floor = (1000 * rounds.seconds(side, "cpu") / REQUESTS for side in ("queue", "one_query"))
    detail = f"queue {ours:.1f} ms, one query {floor:.1f} ms a request"
    return [at_most("queue page ÷ a view with one indexed query, CPU", rounds.ratio("queue", "one_query", "cpu"), 6, detail)]


def against_the_admin(person: Client, admin: Client) -> list[Measure]:
    address = "/bench/admin/exceptions_queue/exceptioncase/"
    times = latencies(times=4, queue=lambda: get(person, "/queue/"), admin=lambda: get(admin, address))
    return [at_least("Django admin on the same table ÷ queue page, p50", times.ratio("admin", "queue"), 20, times.detail("admin", "queue"))]


def depth(person: Client, deep: str) -> list[Measure]:
    times = latencies(times=40, first=lambda: get(person, "/queue/"), deep=lambda: get(person, deep))
    return [
        at_most(
            "page reached by the last next ÷ first page, p95",
            times.ratio("deep", "first", 95),
            1.2,
            times.detail("first", "deep", percent=95),
        )
    ]


def budget(person: Client, deep: str) -> list[Measure]:
    return [
        count_at_most(f"statements of {address.split('after')[0]}", asked.count, 8)
        for address in ("/queue/", "/queue/?owner=cx&code=VAL-MOB-FORMAT", "/queue/?state=closed", deep)
        for asked in [_statements_of(person, address)]
    ]


def _statements_of(person: Client, address: str) -> Any:
    with statements() as asked:
        get(person, address)
    return asked


def export(person: Client) -> list[Measure]:
    """Every open case as CSV: what is in memory at once must not grow with the rows."""
    with peak_growth() as grown:
        answer: Any = person.get(reverse("queue:export"))
        lines = sum(part.count(b"\n") for part in answer.streaming_content)
    return [at_most("memory to export every open case, MiB", grown(), EXPORT_MIB, f"{lines:,} lines")]


def counts(env: BenchEnv) -> Measure:
    """After a random sequence of openings and closings the counters equal the exact count."""
    env.say("changing cases at random")
    change_at_random(random.Random(7))  # noqa: S311 - the same sequence every time
    exact = Counter({(owner, code): n for owner, code, n in _exact()})
    kept = Counter({(c.owner, c.code): c.open_count for c in CaseCount.objects.all()})
    differing = [key for key in exact.keys() | kept.keys() if exact[key] != kept[key]]
    return count_at_most("counters that differ from the exact count", len(differing), 0, f"after {CHANGES} changes")


def _exact() -> Any:
    return ExceptionCase.objects.filter(state=CaseState.OPEN).values_list("owner", "code").annotate(n=Count("id"))


def change_at_random(chance: random.Random) -> None:
    scope, pks = frozenset(CATALOGUE), list(Order.objects.order_by("pk").values_list("pk", flat=True)[:5000])
    for _ in range(CHANGES):
        findings = [_finding(pk, chance) for pk in chance.sample(pks, chance.randint(1, 20))]
        desk.reconcile_many(Order, findings, scope=scope, at=NOW)


def _finding(pk: int, chance: random.Random) -> desk.Finding:
    codes = chance.sample(sorted(CATALOGUE), chance.choice((0, 0, 1, 2)))
    due = NOW + timedelta(hours=chance.randint(1, 90))
    return desk.Finding(
        pk, {code: {"field": "x", "fault": str(chance.randint(1, 3))} for code in codes}, desk.Card(f"Order {pk}", "/", due_at=due)
    )


def get(client: Client, address: str) -> bytes:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return answer.content


def follow_next(person: Client, times: int) -> str:
    """The address reached by pressing next so many times, as a person would: by the link on the page."""
    address = "/queue/"
    for _ in range(times):
        found = re.search(rb'href="([^"]*[?&;]after=[^"]*)"', get(person, address))
        if found is None:
            raise RuntimeError(f"no next page after {address}")
        address = found[1].decode().replace("&amp;", "&")
        address = address if address.startswith("/") else f"/queue/{address}"
    return address


def signed_in(name: str, *, role: str = "", superuser: bool = False) -> Client:
    user = get_user_model().objects.create_user(name, is_staff=superuser, is_superuser=superuser)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


# --- baselines ------------------------------------------------------------------------------------------------------------


@login_not_required
def one_indexed_query(_request: HttpRequest) -> JsonResponse:
    """The least a useful view does: one order by its number, through the same middleware."""
    return JsonResponse(Order.objects.values().get(number="B-500"))


class PlainAdmin(ModelAdmin):
    """The list that Django gives for nothing, with the queue's columns and filters."""

    list_display = ("code", "subject_label", "owner", "assignee", "due_at", "state")
    list_filter = ("state", "owner", "code")
    list_select_related = ("assignee",)
    ordering = ("due_at", "id")


_site = AdminSite(name="bench-admin")
_site.register(ExceptionCase, PlainAdmin)
urlpatterns = [
    path(ONE_QUERY.lstrip("/"), one_indexed_query),
    path("bench/admin/", _site.urls),
    path("", include("config.urls")),
]


# --- the world ------------------------------------------------------------------------------------------------------------


def make_world(env: BenchEnv) -> None:
    call_command("load_roles", verbosity=0, stdout=StringIO())
    make_orders(env.size(ORDERS, least=6_000))
    first = Order.objects.order_by("pk").values_list("pk", flat=True)[0]
    make_cases(env.size(OPEN, least=3_000), first=first, state=CaseState.OPEN)
    make_cases(env.size(CLOSED, least=3_000), first=first, state=CaseState.CURED, closed_at=Sql("now() - n * interval '1 minute'"))
    for owner, code, number in _exact():
        CaseCount.objects.update_or_create(owner=owner, code=code, defaults={"open_count": number})
    settle(Order, ExceptionCase, CaseCount)


def make_orders(count: int) -> None:
    insert_series(
        Order,
        count,
        number=Sql("'B-' || n"),
        store_id=Sql("n::text"),
        placed_at=Sql("now() - n * interval '1 minute'"),
        paid_at=Sql("now() - n * interval '1 minute'"),
        store_updated_at=NOW,
        locker_id=Sql("'UK' || lpad(mod(n, 5000)::text, 8, '0')"),
        destination="locker",
        state="released",
        released_at=NOW,
        content_hash="x",
        fetched_at=NOW,
    )


def make_cases(count: int, *, first: int, state: str, **columns: Any) -> None:
    """`count` cases over twelve codes, spread over the orders and over two days of due times."""
    codes = sorted(map(str, CATALOGUE))[:12]
    insert_series(
        ExceptionCase,
        count,
        subject_type_id=ContentType.objects.get_for_model(Order).pk,
        subject_id=Sql(f"{first} - 1 + n"),
        subject_label=Sql("'Order B-' || n"),
        order_number=Sql("'B-' || n"),
        url=Sql("'/orders/B-' || n || '/'"),
        code=Sql(_choose(codes)),
        owner=Sql(_choose([CATALOGUE[code].owner.value for code in codes])),
        state=state,
        blocks="R",
        evidence={"field": "mobile", "fault": "landline"},
        evidence_hash="x",
        opened_at=Sql("now() - n * interval '1 second'"),
        last_seen_at=NOW,
        due_at=Sql("now() + mod(n::bigint * 7919, 172800) * interval '1 second'"),
        locker_id=Sql("'UK' || lpad(mod(n, 5000)::text, 8, '0')"),
        value_pence=8400,
        **columns,
    )


def _choose(values: list[str]) -> str:
    """One of the values by the row's number."""
    return f"(ARRAY[{', '.join(repr(str(value)) for value in values)}])[1 + mod(n, {len(values)})]"
