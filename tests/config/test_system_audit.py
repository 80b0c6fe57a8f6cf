"""The system audit finds what is there and nothing else, says what it cost from rows, and forgets what was mended."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from config import tasks
from config.models import SystemAuditDay
from config.system_audit import days
from config.system_audit.registry import BY_KEY, CHECKS, look_at_all
from config.system_audit.shown import shown
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from inventory.models import BufferRule, Product
from orders.models import CheckoutRefusal, Order, ResolverRule
from partners.models import CodeMapping
from tests.config.gaps import DAY, GAPS, TWELVE, make_sound_house
from tests.config.people import make_person, sign_in
from tests.orders.builders import NOON

pytestmark = pytest.mark.django_db

STATEMENTS = 58  # with 24 of 25 gaps open and the first rows of each


@pytest.fixture(autouse=True)
def house(settings):
    with time_machine.travel(NOON, tick=False):
        make_sound_house(settings)
        yield


@pytest.fixture
def auditor(house):
    return sign_in(make_person("auditor", "integration"))


def gaps() -> dict[str, object]:
    return {gap.key: gap for gap in look_at_all(at=NOON).gaps}


def as_(username: str) -> Client:
    return sign_in(User.objects.get(username=username))


def plant(*keys: str, many: int = 2) -> None:
    for key in keys:
        GAPS[key].plant(many)


class TestFinding:
    def test_a_sound_house_has_no_gap(self):
        audit = look_at_all(at=NOON)

        assert [gap.sentence for gap in audit.gaps] == []
        assert audit.clean == CHECKS

    def test_twelve_planted_gaps_are_found_and_no_other(self):
        plant(*TWELVE)

        assert sorted(gaps()) == sorted(TWELVE)

    def test_there_is_a_planted_gap_for_every_check(self):
        assert set(GAPS) == set(BY_KEY)

    @pytest.mark.parametrize("key", GAPS)
    def test_each_is_found_alone_and_gone_once_it_is_mended(self, key):
        plant(key)
        found = gaps()
        rows = found[key].rows(0, 20)

        GAPS[key].mend()

        assert list(found) == [key]
        assert 1 <= len(rows) <= found[key].count
        assert all(row.label for row in rows)
        assert list(gaps()) == []

    @pytest.mark.parametrize("key", GAPS)
    def test_the_page_that_mends_it_opens(self, key, auditor):
        plant(key)
        gap = gaps()[key]

        for url in {gap.url, *(row.url for row in gap.rows(0, 20) if row.url)}:
            assert auditor.get(url).status_code == 200, url

    @pytest.mark.parametrize("key", ["unsized", "stock-statuses", "closed-lockers", "stuck-intents", "mismatches", "unposted"])
    def test_the_count_is_that_of_the_rows(self, key):
        plant(key, many=3)
        gap = gaps()[key]

        assert gap.count == len(gap.rows(0, 20)) == 3

    @pytest.mark.parametrize("many", [3, 30])
    def test_the_statements_do_not_hang_on_the_rows(self, many, django_assert_num_queries):
        user = make_person("auditor", "integration")
        plant(*(set(GAPS) - {"blanket-checks"}), many=many)

        with django_assert_num_queries(STATEMENTS):
            shown(look_at_all(at=NOON), user=user)


class TestMendingOnThePageItLeadsTo:
    """Where one form does it: the form is sent, and the gap is gone."""

    def test_a_size(self):
        plant("unsized", many=1)
        seen = Product.objects.get(sku="COAT-0").changed_at.isoformat()
        typed = {"length_mm": "350", "width_mm": "260", "height_mm": "40", "weight_g": "520", "seen": seen}

        assert as_("merchandiser").post("/products/COAT-0/size/", typed).status_code == 302
        assert list(gaps()) == []

    def test_a_buffer(self):
        plant("buffers", many=1)
        rule = BufferRule.objects.get()

        assert as_("merchandiser").post(f"/stock/buffers/{rule.pk}/drop/").status_code == 302
        assert list(gaps()) == []

    def test_a_delivery_method(self):
        plant("methods", many=1)
        mapping = CodeMapping.objects.get(kind="delivery_method", target="")
        said = {"service": "24", "agent": "INPOST", "destination": "locker", "version": "1"}

        assert as_("integration").post(f"/mappings/{mapping.pk}/", said).status_code == 302
        assert list(gaps()) == []

    def test_a_hold(self):
        plant("endless-holds", many=1)
        order = Order.objects.get(state="held")
        said = {"version": order.version, "until": (NOON + DAY).date().isoformat(), "owner": "cx", "reason": "Asked"}

        assert as_("integration").post(f"/orders/{order.number}/extend-hold/", said).status_code == 302
        assert list(gaps()) == []

    def test_a_resolver_rule(self):
        plant("resolvers")
        client = as_("integration")
        for rule in ResolverRule.objects.filter(fact="locker_id"):
            said = {name: getattr(rule, name) for name in ("fact", "name", "source", "key", "json_path", "pattern")}
            assert client.post(f"/settings/resolvers/{rule.pk}/", said).status_code == 302  # not ticked: switched off

        assert list(gaps()) == []


class TestCost:
    def test_a_product_without_a_size_costs_the_orders_it_held_and_the_baskets_it_kept_out(self):
        plant("unsized")
        ExceptionCase.objects.all().delete()
        CheckoutRefusal.objects.create(day=NOON.date(), sku="COAT-0", code=Code.VAL_DIM_MISSING, carts=7)
        CheckoutRefusal.objects.create(day=NOON.date() - timedelta(days=40), sku="COAT-0", code=Code.VAL_DIM_MISSING, carts=90)

        assert gaps()["unsized"].cost == "7 locker baskets refused"

    def test_closed_lockers_cost_their_open_orders(self):
        plant("closed-lockers", many=3)

        assert gaps()["closed-lockers"].cost == "3 orders delayed, £252.00"

    def test_unposted_write_offs_cost_what_they_are_worth(self):
        plant("unposted")

        assert gaps()["unposted"].cost == "2 write-offs not posted, £84.10"

    def test_what_no_row_tells_costs_nothing(self):
        plant("silent-checks")

        assert gaps()["silent-checks"].cost == ""

    def test_the_costliest_comes_first(self):
        plant("silent-checks", "closed-lockers", "endless-holds")

        assert [gap.key for gap in look_at_all(at=NOON).gaps][-1] == "silent-checks"


class TestTrend:
    def test_a_day_keeps_every_check_and_corrects_itself(self):
        tasks.keep_audit_day()
        plant("unsized")
        told = tasks.keep_audit_day()

        assert told["gaps"] == 1
        assert SystemAuditDay.objects.count() == len(CHECKS)
        assert SystemAuditDay.objects.get(key="unsized").count == 2

    def test_it_is_compared_with_thirty_days_ago(self):
        plant("unsized")
        days.keep(at=NOON - 30 * DAY)
        days.keep(at=NOON - DAY)
        Product.objects.filter(sku="COAT-0").update(length_mm=300)
        was = days.before(at=NOON)

        assert (was.on, was.change("unsized", 1)) == ((NOON - 30 * DAY).date(), -1)

    def test_without_one_it_is_compared_with_the_first_day_since(self):
        days.keep(at=NOON - 3 * DAY)

        assert days.before(at=NOON).on == (NOON - 3 * DAY).date()

    def test_before_the_first_day_nothing_is_compared(self):
        assert days.before(at=NOON).change("unsized", 1) is None

    def test_what_is_older_than_400_days_goes(self):
        days.keep(at=NOON - 401 * DAY)

        assert days.keep(at=NOON)["dropped"] == len(CHECKS)


class TestPages:
    def test_the_page_shows_gaps_by_owner_with_their_rows_and_what_was_not_found(self, auditor):
        plant("unsized", "silent-checks")
        html = auditor.get("/system-audit/").content.decode()

        assert "Merchandiser <span" in html
        assert 'href="/products/?q=COAT-0"' in html
        assert 'href="/products/?size=missing"' in html
        assert "Ledger accounts not named" in html

    def test_a_sound_house_says_so(self, auditor):
        assert "None of the 25 checks found anything" in auditor.get("/system-audit/").content.decode()

    def test_a_gap_of_many_rows_is_paged(self, auditor):
        plant("unsized", many=60)
        first, second = (auditor.get(f"/system-audit/unsized/{query}").content.decode() for query in ("", "?page=2"))

        assert (first.count("?q=COAT-"), second.count("?q=COAT-")) == (50, 10)
        assert "?page=2" in first

    @pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=99999", "?page=-1", "?page=%00"])
    def test_a_page_that_makes_no_sense_is_answered(self, auditor, query):
        plant("unsized")

        assert auditor.get(f"/system-audit/unsized/{query}").status_code == 200

    def test_a_check_that_does_not_exist_is_not_found(self, auditor):
        assert auditor.get("/system-audit/no-such/").status_code == 404

    def test_a_page_one_may_not_open_is_no_link(self):
        plant("empty-desks")
        html = sign_in(make_person("boss", "finance_manager")).get("/system-audit/").content.decode()

        assert "People: ask an integration admin" in html

    def test_the_report_has_its_summary_first_and_every_gap(self, auditor):
        plant("unsized", "closed-lockers")
        html = auditor.get("/system-audit/report/").content.decode()

        assert html.index("2 of 25 checks found something") < html.index('id="unsized"')
        assert 'id="closed-lockers"' in html

    def test_the_files_have_a_row_for_every_check_and_run_nothing(self, auditor):
        plant("methods")
        csv = b"".join(auditor.get("/system-audit/gaps.csv").streaming_content).decode()
        xlsx = auditor.get("/system-audit/gaps.xlsx").content

        assert len(csv.splitlines()) == 1 + len(CHECKS)
        assert "Delivery methods without a meaning" in csv
        assert xlsx[:2] == b"PK"


def test_the_command_says_it_as_json():
    plant("unsized")
    out = StringIO()
    call_command("system_audit", "--json", stdout=out)
    told = json.loads(out.getvalue())

    assert [(gap["key"], gap["count"]) for gap in told["gaps"]] == [("unsized", 2)]
    assert len(told["nothing_found"]) == len(CHECKS) - 1


def test_the_command_says_it_in_words():
    plant("unsized")
    out = StringIO()
    call_command("system_audit", stdout=out)

    assert "Merchandiser: 2 SKUs in stock" in out.getvalue()
