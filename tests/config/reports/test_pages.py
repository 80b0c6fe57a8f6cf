"""The pages of the reports: who may, which days, what is linked, and what a file holds."""

import csv
import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from urllib.parse import parse_qsl, urlsplit
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.reports.period import Period
from config.reports.registry import REPORTS
from inventory.models import Garment, GarmentChange, Product, StockDay
from lockers.models import Manifest, Parcel
from orders.models import CheckoutRefusal
from partners.models import CodeMapping
from returns.models import WriteOff
from tests.callers import load_roles, person
from tests.config.reports.world import FIRST, LAST, add_case, add_order, make_world

pytestmark = pytest.mark.django_db
DAYS = {"from": FIRST.isoformat(), "to": LAST.isoformat()}


@pytest.fixture
def lead() -> Client:
    load_roles()
    client = Client()
    client.force_login(person("integration"))
    return client


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


class TestThePage:
    def test_the_front_page_names_every_report_and_keeps_the_days(self, lead):
        shown = text(lead.get("/reports/", DAYS))

        for report in REPORTS.values():
            assert f'href="/reports/{report.key}/?from=2026-05-11&amp;to=2026-06-09"' in shown
            assert report.question in shown

    @pytest.mark.parametrize("key", REPORTS)
    def test_each_report_is_shown_beside_the_days_before(self, lead, key):
        make_world()

        answer = lead.get(f"/reports/{key}/", DAYS)

        assert answer.status_code == 200
        assert "the change from 11 April to 10 May 2026" in text(answer)

    @pytest.mark.parametrize("key", REPORTS)
    def test_a_chart_is_an_image_with_a_name_a_text_and_its_table_beneath(self, lead, key):
        make_world()
        shown = text(lead.get(f"/reports/{key}/", DAYS))

        charts = re.findall(
            r'<svg[^>]*role="img" aria-labelledby="([\w-]+) ([\w-]+)"[^>]*> <title id="([\w-]+)">[^<]+</title> <desc id="([\w-]+)">[^<]+',
            shown,
        )
        assert charts
        for name, said, title, desc in charts:
            assert (name, said) == (title, desc)
            assert f'id="{name.removesuffix("-chart")}-title"' in shown
        assert shown.count('<table class="table cards">') >= len(charts)
        assert "style=" not in shown

    def test_a_range_that_makes_no_sense_is_said(self, lead):
        answer = lead.get("/reports/stopped/", {"from": "2026-06-09", "to": "2026-05-11"})

        assert answer.status_code == 200
        assert "The first day, 9 June 2026, comes after the last, 11 May 2026. Swap them. The last 30 days are shown instead." in text(
            answer
        )

    def test_days_without_anything_say_so(self, lead):
        shown = text(lead.get("/reports/stopped/", {"from": "2031-01-01", "to": "2031-01-31"}))

        assert shown.count("Nothing of this kind happened on these days.") == 2
        assert "<svg" not in shown[shown.index('id="stopped"') :]

    def test_a_report_that_does_not_exist(self, lead):
        assert lead.get("/reports/gossip/").status_code == 404
        assert lead.get("/reports/stopped/gossip.csv").status_code == 404

    def test_a_report_of_a_room_one_may_not_look_into_is_neither_named_nor_opened(self):
        load_roles()
        user = person("")
        user.user_permissions.set(person("warehouse").groups.get().permissions.filter(codename__in=["view_reports", "view_parcel"]))
        client = Client()
        client.force_login(user)

        shown = text(client.get("/reports/"))
        assert ("/reports/cut-offs/" in shown, "/reports/write-offs/" in shown) == (True, False)
        assert client.get("/reports/write-offs/").status_code == 403
        assert client.get("/reports/write-offs/brands.csv").status_code == 403

    def test_a_long_table_has_pages(self, lead):
        CheckoutRefusal.objects.bulk_create(
            CheckoutRefusal(day=LAST, sku=f"S-{n:03}", code="VAL-OVERSIZE", carts=500 - n) for n in range(120)
        )

        shown = text(lead.get("/reports/checkout/", DAYS | {"skus-page": "2"}))

        assert "Rows 51 to 100 of 120" in shown
        assert ('<td data-label="SKU">S-050</td>' in shown, '<td data-label="SKU">S-049</td>' in shown) == (True, False)
        assert text(lead.get("/reports/checkout/", DAYS | {"skus-page": "many"})).count("Rows 1 to 50 of 120") == 1


class TestLinks:
    @pytest.mark.parametrize("key", ["stopped", "time-to-fix", "cut-offs", "acs"])
    def test_a_number_that_links_to_the_queue_links_to_so_many_cases(self, lead, key):
        make_world(20)
        answer = REPORTS[key].run(Period(FIRST, LAST))
        linked = [(row.values[place], url) for table in answer.tables for row in table.rows for place, url in row.links.items()]
        linked += [(figure.value, figure.url) for figure in answer.figures if figure.url.startswith("/")]

        assert linked
        for number, url in linked:
            assert len(_cases(lead, dict(parse_qsl(urlsplit(url).query)))) == (number or 0)

    def test_the_queue_reads_whole_london_days(self, lead):
        for hour in (
            datetime(2026, 6, 8, 22, 59, tzinfo=UTC),
            datetime(2026, 6, 8, 23, 0, tzinfo=UTC),
            datetime(2026, 6, 9, 22, 59, tzinfo=UTC),
        ):
            add_case("ORD-SHORT", hour)

        assert len(_cases(lead, {"opened_from": "2026-06-09", "opened_to": "2026-06-09"})) == 2


def _cases(client: Client, asked: dict[str, str]) -> list[list[str]]:
    """Every case that the queue answers to this question."""
    return list(csv.reader(StringIO(client.get("/queue/export.csv", asked).getvalue().decode())))[1:]


class TestClockChanges:
    @pytest.mark.parametrize(
        ("day", "first", "last"),
        [
            (date(2026, 3, 29), datetime(2026, 3, 29, 0, tzinfo=UTC), datetime(2026, 3, 29, 22, 59, tzinfo=UTC)),
            (date(2026, 10, 25), datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 23, 59, tzinfo=UTC)),
        ],
    )
    def test_a_day_has_the_orders_of_its_own_hours(self, day, first, last):
        for moment in (first - timedelta(minutes=1), first, last, last + timedelta(minutes=1)):
            add_order(moment, True)

        one = REPORTS["first-time-pass"].run(Period(day, day))
        three = REPORTS["first-time-pass"].run(Period(day - timedelta(days=1), day + timedelta(days=1)))

        assert [row.values[:2] for row in one.tables[0].rows] == [(day, 2)]
        assert [row.values[1] for row in three.tables[0].rows] == [1, 2, 1]

    def test_the_hour_that_comes_twice_counts_both_times(self):
        for moment in (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)):
            add_case("ORD-SHORT", moment)

        hours = REPORTS["time-to-fix"].run(Period(date(2026, 10, 25), date(2026, 10, 25))).tables[1]

        assert [(row.values[0], row.values[7]) for row in hours.rows] == [("01:00", 2)]


class TestFiles:
    def test_a_table_as_csv_with_the_units_in_its_head(self, lead):
        add_order(datetime(2026, 6, 9, 9, tzinfo=UTC), True)
        add_order(datetime(2026, 6, 9, 9, tzinfo=UTC), False, True)

        answer = lead.get("/reports/first-time-pass/days.csv", DAYS)

        assert answer["Content-Disposition"] == 'attachment; filename="first-time-pass-days-2026-05-11-2026-06-09.csv"'
        assert list(csv.reader(StringIO(answer.getvalue().decode()))) == [
            ["Placed on", "Validated", "Passed at once", "Stopped at first", "Share (%)"],
            ["2026-06-09", "2", "1", "1", "50.00"],
        ]

    def test_no_text_in_a_file_is_a_formula(self, lead):
        Product.objects.create(sku="S1", name="x", brand="=cmd|'/c calc'!A1", fetched_at=datetime.now(UTC), changed_at=datetime.now(UTC))
        WriteOff.objects.create(
            reference="BER-1", rfid="R1", sku="S1", cause="graded", happened_on=LAST, reason="@SUM(A1)", raised_at=datetime.now(UTC)
        )

        lines = lead.get("/reports/write-offs/brands.csv", DAYS).getvalue().decode()
        book = ZipFile(BytesIO(lead.get("/reports/write-offs/brands.xlsx", DAYS).getvalue()))

        assert next(csv.reader(StringIO(lines.splitlines()[1])))[:3] == ["'=cmd|'/c calc'!A1", "Graded beyond economic repair", "'@SUM(A1)"]
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()

    @pytest.mark.parametrize("key", REPORTS)
    def test_every_table_is_a_workbook_too(self, lead, key):
        make_world(10)
        for table in REPORTS[key].run(Period(FIRST, LAST)).tables:
            answer = lead.get(f"/reports/{key}/{table.key}.xlsx", DAYS)
            sheet = ZipFile(BytesIO(answer.getvalue())).read("xl/worksheets/sheet1.xml").decode()
            assert sheet.count("<row ") == len(table.rows) + 1

    def test_a_file_of_days_that_make_no_sense_is_refused_with_a_sentence(self, lead):
        answer = lead.get("/reports/stopped/stopped.csv", {"from": "tomorrow"})

        assert (answer.status_code, answer.content.decode()) == (422, "The first day is not a date. Write it like 2026-06-09.")


@pytest.mark.parametrize("key", REPORTS)
def test_a_report_asks_the_same_of_the_database_for_three_rows_and_thirty(key):
    """And no more than three statements."""
    counted = []
    for rows in (3, 27):
        make_more(rows)
        with CaptureQueriesContext(connection) as seen:
            REPORTS[key].run(Period(FIRST, LAST))
        counted.append(len(seen))

    assert counted[0] == counted[1] <= 3


def make_more(rows: int) -> None:
    """The world with so many rows of each kind; what is one of a kind goes first."""
    for model in (WriteOff, Product, CheckoutRefusal, GarmentChange, Garment, StockDay, Parcel, Manifest):
        model.objects.all().delete()
    CodeMapping.objects.filter(folded="report").delete()
    make_world(rows)
