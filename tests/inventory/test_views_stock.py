"""The stock list and a SKU's page: numbers that link to their rows, constant statements, strange input, and who may what."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from inventory.models import BufferRule, Garment, Level, StateTime, StockDay
from partners.models import CodeMapping
from tests.inventory.builders import (
    HIRE,
    NEW,
    REFURBISHMENT,
    allocate,
    counted,
    make_garments,
    make_much_stock,
    make_product,
    status,
    stock_read,
)

pytestmark = pytest.mark.django_db
SKU, URL = "DRS-0412-10", "/stock/DRS-0412-10/"


@pytest.fixture
def much() -> Level:
    make_product(SKU, category="Dresses", brand="Alder")
    return make_much_stock(SKU, timezone.now())


def shown(client: Client, **asked: str) -> list[str]:
    return [row.sku for row, _ in client.get("/stock/", asked).context["rows"]]


def statements(client: Client, url: str) -> int:
    client.get(url)  # what the frame keeps for a while is kept now
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def stand(now) -> None:
    """A is plain, B all in the buffer, C oversold, D partly missing, E kept back, F only in refurbishment."""
    for sku in "ABCDEF":
        make_garments(
            f"{sku}-1", 2, raw=REFURBISHMENT if sku == "F" else "In warehouse – ready for customer", since=now - timedelta(hours=100)
        )
    make_garments("D-1", 1, missing_since=now, missing_files=1)
    allocate("C-1", {"LS-1": 3}, at=now)
    counted(at=now)
    Level.objects.filter(sku="E-1").update(reserve=1)
    Level.objects.filter(sku="B-1").update(ripe=0, waiting=2, ripening=[[(now - timedelta(hours=2)).isoformat(), 2]])


@pytest.mark.parametrize(
    ("asked", "skus"),
    [
        ({}, "ABCDEF"), ({"only": "none"}, "BCF"), ({"only": "waiting"}, "B"), ({"only": "oversold"}, "C"), ({"only": "missing"}, "D"),
        ({"only": "reserved"}, "E"), ({"q": "a-"}, "A"), ({"q": "wool"}, "D"), ({"q": "nothing"}, ""), ({"q": "👗"}, ""),
    ],
)  # fmt: skip
def test_the_filters_narrow_the_list(looking: Client, asked: dict[str, str], skus: str):
    stand(timezone.now())
    make_product("D-1", name="Wool coat")

    assert shown(looking, **asked) == [f"{sku}-1" for sku in skus]


def test_a_status_shows_the_skus_with_garments_in_it(looking: Client):
    stand(timezone.now())

    assert shown(looking, status=str(status(REFURBISHMENT).pk)) == ["F-1"]
    assert shown(looking, status=str(status(HIRE).pk)) == []


def test_each_number_on_top_links_to_exactly_the_rows_it_counts(looking: Client):
    stand(timezone.now())

    for kpi in looking.get("/stock/").context["kpis"]:
        assert kpi["count"] == str(len(looking.get(f"/stock/{kpi['query']}").context["rows"])), kpi


def test_what_has_ripened_since_it_was_counted_is_for_sale_everywhere(looking: Client):
    """The counters are of an hour ago; one garment has left the buffer since."""
    now = timezone.now()
    make_garments("A-1", 1, since=now - timedelta(hours=72, minutes=5))
    counted("A-1", at=now - timedelta(hours=1))
    assert Level.objects.get().ripe == 0

    [(row, _)] = looking.get("/stock/").context["rows"]

    assert (row.sellable, row.waiting) == (1, 0)
    assert (shown(looking, only="none"), shown(looking, only="waiting")) == ([], [])
    assert looking.get("/stock/").context["counts"].none == 0
    assert "the website may sell 1" in looking.get("/stock/A-1/").content.decode()


def test_an_order_number_that_no_page_can_have_is_shown_without_a_link(looking_at_orders: Client):
    make_garments(SKU, 1)
    allocate(SKU, {"LS1001/2": 1, "LS-1": 1}, at=timezone.now())
    counted(at=timezone.now())

    answer = looking_at_orders.get(URL)

    html = answer.content.decode()
    assert (answer.status_code, "LS1001/2</span>" in html, "/orders/LS-1/" in html) == (200, True, True)


@pytest.mark.parametrize("asked", [{"only": "Nope"}, {"q": "a\x00b"}, {"q": "x" * 100}, {"status": "9" * 30}, {"status": "x"}])
def test_a_question_that_cannot_be_asked_is_answered_with_a_sentence(looking: Client, asked: dict[str, str]):
    assert looking.get("/stock/", asked).status_code == 400


@pytest.mark.parametrize("cursor", ["x" * 5000, "\x00", "👗", "9" * 400])
def test_a_strange_cursor_is_a_page_all_the_same(looking: Client, cursor: str):
    stand(timezone.now())

    for name in ("after", "before"):
        assert looking.get("/stock/", {name: cursor}).status_code == 200


@pytest.mark.parametrize("url", ["/stock/", "/stock/?only=waiting", "/stock/?q=s"])
def test_the_list_asks_the_database_the_same_for_three_rows_and_thirty(looking: Client, url: str):
    now = timezone.now()

    def more(first: int, last: int) -> None:
        for number in range(first, last):
            make_garments(f"S-{number:02}", 2, since=now - timedelta(hours=number))
        counted(at=now)

    more(0, 3)
    three = statements(looking, url)
    more(3, 30)

    assert statements(looking, url) == three <= 11


def test_pages_follow_each_other(looking: Client):
    for number in range(60):
        make_garments(f"S-{number:02}")
    counted(at=timezone.now())

    page = looking.get("/stock/").context["page"]

    assert (len(page.rows), page.next) == (50, "S-49")
    assert shown(looking, after=page.next)[0] == "S-50"


def test_the_waterfall_leads_from_120_to_37_and_each_step_counts_its_rows(looking: Client, much: Level):
    page = looking.get(URL)
    found, links = page.context["found"], page.context["links"]

    assert (found.now.on_hand, found.sellable) == (120, 37)
    assert "ACS holds 120; the website may sell 37" in page.content.decode()
    for line in found.steps:
        link = links.get(f"status-{line.status}" if line.status else line.key, "#")
        if not link.startswith("#"):
            rows, after = 0, ""
            while True:
                listed = looking.get(f"{link}&after={after}")
                rows, after = rows + len(listed.context["rows"]), listed.context["page"].next
                if not after:
                    break
            assert rows == line.count, line


def test_what_is_picked_for_its_order_is_taken_away_once_and_the_page_says_so(looking: Client, much: Level):
    picked = CodeMapping.objects.create(partner="acs", kind="stock_status", raw="Picked", folded="picked", target="allocated")
    Garment.objects.filter(pk__in=Garment.objects.filter(raw_status=REFURBISHMENT)[:3]).update(status=picked, order_number="LS-1042")
    counted(SKU, at=timezone.now())

    page = looking.get(URL)
    found = page.context["found"]

    assert (found.now.allocated, found.now.picked, found.sellable) == (5, 3, 40)
    assert "3 are picked for an order already and taken away above" in page.content.decode()


def test_the_levers_say_what_would_make_it_60(looking: Client, much: Level):
    StateTime.objects.create(category="Dresses", target="refurbishment", observations=30, p50_h=40, p80_h=90, p90_h=120)

    sentences = " ".join(lever.sentence for lever, _ in looking.get(URL).context["levers"])

    assert "23 more leave the buffer by" in sentences
    assert "14 are in refurbishment: expected ready by" in sentences
    assert f"9 have a status nobody has mapped: “{NEW}”." in sentences
    assert "5 are kept back from sale." in sentences


def test_a_category_seen_too_seldom_is_judged_by_all_goods(looking: Client, much: Level):
    StateTime.objects.create(category="Dresses", target="refurbishment", observations=3, p50_h=1, p80_h=2, p90_h=3)
    assert "expected ready" not in looking.get(URL).content.decode()
    StateTime.objects.create(category="", target="refurbishment", observations=200, p50_h=40, p80_h=90, p90_h=120)

    assert "expected ready" in looking.get(URL).content.decode()


def test_a_sku_s_page_asks_the_database_the_same_for_few_garments_and_many(looking: Client, much: Level):
    many = statements(looking, URL)
    make_garments(SKU, 200)
    allocate(SKU, {f"LS-2{number:03}": 1 for number in range(30)}, at=timezone.now())
    counted(SKU, at=timezone.now())

    assert statements(looking, URL) == many <= 22


def test_its_orders_are_listed_and_those_that_have_left_count_no_more(looking: Client, much: Level):
    page = looking.get(URL)

    assert [each.order_number for each, *_ in page.context["orders"]] == ["LS-1041", "LS-1042"]


def test_over_time_fills_the_days_between_and_ends_today(looking: Client, much: Level):
    today = timezone.localdate()
    counts = {"for_sale": 5, "waiting": 0, "allocated": 0, "reserve": 0}
    StockDay.objects.create(sku=SKU, on=today - timedelta(days=90), on_hand=9, sellable=5, **counts)
    StockDay.objects.create(sku=SKU, on=today - timedelta(days=2), on_hand=7, sellable=4, **counts)

    days = looking.get(URL).context["days"]

    assert (len(days), days[0].on_hand, [day.on_hand for day in days[-4:]]) == (60, 9, [9, 7, 7, 120])
    assert days[-1].sellable == 37


def test_an_old_feed_is_said_above_the_numbers(looking: Client, much: Level):
    assert "ACS’s stock is of" not in looking.get(URL).content.decode()
    stock_read(timezone.now() - timedelta(hours=30))

    for url in (URL, "/stock/", "/stock/garments/"):
        assert "30 h ago" in looking.get(url).content.decode()


@pytest.mark.parametrize("sku", ["NOPE", "x" * 65, "👗", "a/b c"])
def test_a_sku_that_acs_never_named_is_a_page_in_words(looking: Client, sku: str):
    answer = looking.get(f"/stock/{sku}/")

    assert answer.status_code == 404
    assert "ACS has never named a SKU" in answer.content.decode()


def test_names_are_shown_never_run(looking: Client):
    make_product(SKU, name="<script>alert(1)</script>", brand="\u202egnp.exe", category="=HYPERLINK()")
    make_much_stock(SKU, timezone.now())
    make_garments(SKU, 1, raw="<script>alert(2)</script>")

    for url in ("/stock/", URL, f"/stock/garments/?sku={SKU}"):
        assert "<script>alert" not in looking.get(url).content.decode()


def test_some_are_kept_back_with_a_reason_and_an_audit_row(selling: Client, much: Level):
    answer = selling.post(f"{URL}reserve/", {"quantity": "15", "reason": "Photo shoot"})

    assert (answer.status_code, answer["Location"]) == (302, URL)
    assert "the website may sell 27" in selling.get(URL).content.decode()
    entry = AuditEntry.objects.get()
    assert (entry.actor_label, entry.reason, entry.after) == ("rosa", "Photo shoot", {"reserve": 15})


@pytest.mark.parametrize(
    "typed", [{"quantity": "-1"}, {"quantity": "1.5"}, {"quantity": "9" * 30}, {"quantity": ""}, {"reason": ""}, {"reason": "a\x00"}]
)
def test_what_cannot_be_kept_back_is_refused_with_a_sentence(selling: Client, much: Level, typed: dict[str, str]):
    answer = selling.post(f"{URL}reserve/", {"quantity": "4", "reason": "Photo shoot"} | typed)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert Level.objects.get().reserve == 5


def test_nothing_is_kept_back_of_a_sku_that_acs_never_named(selling: Client):
    assert selling.post("/stock/NOPE/reserve/", {"quantity": "4", "reason": "Photo shoot"}).status_code in {404, 422}


def test_who_may_only_look_keeps_nothing_back_and_sees_no_form(looking: Client, much: Level):
    assert looking.post(f"{URL}reserve/", {"quantity": "1", "reason": "x y z"}).status_code == 403
    assert "Keep garments back" not in looking.get(URL).content.decode()


def test_stock_is_for_those_who_may_see_it(viewing: Client, much: Level):
    for url in ("/stock/", URL, "/stock/garments/", "/stock/buffers/"):
        assert viewing.get(url).status_code == 403


def test_the_buffer_in_force_is_named_with_its_reason(looking: Client, much: Level):
    now = timezone.now()
    BufferRule.objects.create(scope="brand", value="Alder", hours=48, reason="New season", made_at=now)
    BufferRule.objects.create(
        scope="category", value="Dresses", hours=24, reason="Run out", made_at=now, expires_at=now - timedelta(days=1)
    )

    page = looking.get(URL).content.decode()

    assert "New season" in page
    assert "Run out" not in page


def test_a_product_leads_to_its_stock(selling: Client, much: Level):
    make_product("B-2")

    assert f'href="{URL}"' in selling.get(f"/products/{SKU}/size/").content.decode()
    assert "Its stock" not in selling.get("/products/B-2/size/").content.decode()
