"""The checkout's question on the shipped server: a basket of twenty lines among 100,000 lockers, key check and logging included,
beside an empty view and a view of one indexed query behind the same middleware."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Permission, User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import RequestFactory
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from config.bench.alternatives import LATITUDE, LONGITUDE, TOWNS
from config.bench.harness import BenchEnv, Cost, Latencies, Measure, Rounds, at_least, at_most, count_at_most, statements
from config.bench.integrity import make_points
from config.bench.load import drive, request
from config.bench.seed import Sql, insert_series, settle
from config.bench.served import Served, served
from inventory.models import Product, SizeCorrection
from orders.api.eligibility import Eligibility
from partners import tokens

POINTS, PRODUCTS, LINES, CARTS = 100_000, 50_000, 20, 200
ROUNDS, SECONDS = 7, 2.0
SHIPPED = {"LOG_LEVEL": "INFO", "LOG_FORMAT": "json", "ELIGIBILITY_PER_MINUTE": "1000000"}
OURS, EMPTY, ONE = "/api/v1/locker-eligibility/", "/bench/empty/", "/bench/one/"
SIDES = {"ours": OURS, "empty": EMPTY, "one_query": ONE}
NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
# Eight districts to a town, about two hundred lockers to a district, one to a postcode.
DISTRICT = f"'L' || chr(65 + mod(n, 20)) || (1 + mod(n, {TOWNS}) / 20 + 3 * mod(n / {TOWNS}, 8))"
OUTWARD = Sql(DISTRICT)
POSTCODE = Sql(f"{DISTRICT} || ' ' || mod(n / 480, 10) || 'A' || chr(CAST(65 + mod(n / 4800, 20) AS integer))")


@csrf_exempt
@login_not_required
def empty(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"eligible": True})


@csrf_exempt
@login_not_required
def one_query(request: HttpRequest) -> HttpResponse:
    """What a plain view does to say one thing: read the body, one row by its index, JSON."""
    sku = json.loads(request.body)["lines"][0]["sku"]
    return JsonResponse(Product.objects.filter(sku=sku).values("sku", "length_mm", "width_mm", "height_mm", "weight_g", "rigid")[0])


urlpatterns = [path("bench/empty/", empty), path("bench/one/", one_query), path("", include("config.urls"))]


def run(env: BenchEnv) -> list[Measure]:
    points, products = env.size(POINTS, least=5_000), env.size(PRODUCTS, least=1_000)
    env.say(f"making {points:,} lockers and {products:,} products")
    make_world(points, products)
    key, carts = make_key(), make_carts(products)
    asked = [count_statements(key, carts[0]), count_statements(key, carts[1])]
    env.say("asking the shipped server")
    log = str(env.folder / "web.log")
    with served(
        __name__, workers=2, threads=8, env={"LOG_LEVEL": "INFO", "LOG_FORMAT": "json", "ELIGIBILITY_PER_MINUTE": "1000000"}, log=log
    ) as web:
        rounds, rates, times, strange = measure(web, key, carts, seconds=max(0.5, SECONDS / env.scale))
    return [
        at_least("requests a second ÷ the empty view's", ratio(rates, "ours", "empty"), 0.35, detail(rates)),
        at_most("CPU ÷ a view of one indexed query", rounds.ratio("ours", "one_query", "cpu"), 1.4, cpu(rounds)),
        at_most("p99 ÷ the empty view's", times.ratio("ours", "empty", 99), 3, times.detail("ours", "empty", "one_query", percent=99)),
        count_at_most("statements of a first question, key check included", asked[0], 3),
        count_at_most("statements of the next", asked[1], 3),
        count_at_most("answers that were no answer", strange, 0),
    ]


def measure(web: Served, key: str, carts: Sequence[bytes], *, seconds: float) -> tuple[Rounds, dict[str, list[float]], Latencies, int]:
    """The sides in turn, the first round thrown away: it fills caches. Cost is a request's."""
    rounds, times = Rounds({name: [] for name in SIDES}), Latencies({name: [] for name in SIDES})
    rates: dict[str, list[float]] = {name: [] for name in SIDES}
    strange = 0
    headers = {"Authorization": f"Bearer {key}"}
    wires = {name: [request(web.port, address, cart, headers) for cart in carts] for name, address in SIDES.items()}
    for number in range(ROUNDS + 1):
        for name, sent in wires.items():
            cost, told = web.cost_of(lambda sent=sent: drive(web.port, sent, seconds=seconds))  # type: ignore[misc]
            if number:
                strange += told.refused + (name == "ours" and sum(not is_answer(body) for body in told.bodies))
                count = len(told.latencies)
                rounds.costs[name].append(Cost(cost.wall / count, cost.cpu / count))
                rates[name].append(told.per_second)
                times.seconds[name].append(told.latencies)
    return rounds, rates, times, strange


def is_answer(body: bytes) -> bool:
    """Not the fallback, and with lockers to go to."""
    told = json.loads(body)
    return not told["fallback"] and len(told["lockers"]) == 5


def ratio(rates: dict[str, list[float]], side: str, base: str) -> float:
    ranked = sorted(a / b for a, b in zip(rates[side], rates[base], strict=True))
    return ranked[len(ranked) // 2]


def detail(rates: dict[str, list[float]]) -> str:
    return ", ".join(f"{name} {sorted(found)[len(found) // 2]:.0f}/s" for name, found in rates.items())


def cpu(rounds: Rounds) -> str:
    return ", ".join(f"{name} {1000 * rounds.seconds(name, 'cpu'):.2f} ms" for name in rounds.costs)


def count_statements(key: str, cart: bytes) -> int:
    """Asked in this process, on its own connection."""
    from django.conf import settings  # the budget would read on another thread, whose statements nobody here could count

    budget, settings.ELIGIBILITY_BUDGET_MS = settings.ELIGIBILITY_BUDGET_MS, 0
    view: Callable[..., HttpResponse] = Eligibility.as_view()
    try:
        with statements() as asked:
            answer = view(RequestFactory().post(OURS, cart, content_type="application/json", headers={"Authorization": f"Bearer {key}"}))
    finally:
        settings.ELIGIBILITY_BUDGET_MS = budget
    if not is_answer(answer.content):
        raise RuntimeError(f"no answer: {answer.content[:300]!r}")
    return sum("SELECT" in sql for sql in asked.sql)


# --- the world ------------------------------------------------------------------------------------------------------------


def make_world(points: int, products: int) -> None:
    make_points(points, latitude=LATITUDE, longitude=LONGITUDE, outward=OUTWARD, postcode=POSTCODE)
    insert_series(
        Product,
        products,
        sku=Sql("'SKU-' || n"),
        name=Sql("'Dress ' || n"),
        length_mm=Sql("250 + mod(n, 100)"),
        width_mm=Sql("200 + mod(n, 50)"),
        height_mm=Sql("10 + mod(n, 20)"),
        weight_g=Sql("200 + mod(n, 300)"),
        rigid=False,
        fetched_at=NOON,
        changed_at=NOON,
    )
    insert_series(
        SizeCorrection, products // 10, sku=Sql("'SKU-' || (n * 10)"), factor=600, accepted_factor=600, learnt_at=NOON, accepted_at=NOON
    )
    settle(Product, SizeCorrection)


def make_key() -> str:
    user = User.objects.create_user("shop")
    user.user_permissions.add(Permission.objects.get(codename="view_point", content_type__app_label="lockers"))
    return tokens.create(user, name="checkout", scopes=["eligibility"], days=1, actor=user, at=timezone.now())[1]


def make_carts(products: int) -> list[bytes]:
    chance = random.Random(7)  # noqa: S311 - the same baskets every time
    return [json.dumps(_cart(chance, products)).encode() for _ in range(CARTS)]


def _cart(chance: random.Random, products: int) -> dict[str, object]:
    skus = chance.sample(range(1, products + 1), LINES)
    town, district = chance.randrange(TOWNS), chance.randrange(8)
    outward = f"L{chr(65 + town % 20)}{1 + town // 20 + 3 * district}"
    where = f"{outward} {chance.randint(0, 9)}A{chr(chance.randint(65, 84))}"
    return {"lines": [{"sku": f"SKU-{number}", "quantity": 1} for number in skus], "postcode": where}
