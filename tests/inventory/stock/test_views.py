"""A person brings a stock file: what it would do is shown first, and a worker applies it."""

import io

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django_q.models import OrmQ

from exceptions_queue.models import ExceptionCase
from inventory.models import Garment, StockImport
from partners.models import SyncRun
from tests.inventory.stock.files import PROCESSING, READY, row, rows, text

pytestmark = pytest.mark.django_db


def signed_in(name: str, *codenames: str) -> Client:
    user = User.objects.create_user(name)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewing(db) -> Client:
    return signed_in("viewer", "view_garment")


@pytest.fixture
def importing(db) -> Client:
    return signed_in("integration", "view_garment", "import_garment", "view_codemapping", "view_syncrun")


def upload(client: Client, content: str, name: str = "acs_stock_2026-06-09.csv"):
    file = io.BytesIO(content.encode())
    file.name = name
    return client.post("/stock/files/upload/", {"file": file})


def test_an_upload_is_tried_and_nothing_of_it_is_written(importing, drop):
    drop.read(1, rows(30))

    answer = upload(importing, text([row(1, PROCESSING), *rows(29)[1:], row(31, "Gone to the moon")]))

    run = SyncRun.objects.get(outcome="held")
    assert answer.url == f"/stock/files/{run.pk}/"
    assert Garment.objects.filter(raw_status=READY, missing_since=None).count() == 30
    known = StockImport.objects.get(run=run)
    assert known.preview["moves"] == [[READY, PROCESSING, 1]]
    assert (known.preview["created"], known.preview["changed"], known.preview["gone"]) == (1, 1, 1)
    assert known.new_statuses == ["Gone to the moon"]
    page = importing.get(answer.url).content.decode()
    assert "Gone to the moon" in page
    assert ">Apply</button>" in page


def test_applying_rings_for_a_worker(importing, drop):
    drop.read(1, rows(30))
    address = upload(importing, text(rows(31))).url

    importing.post(f"{address}apply/")

    assert OrmQ.objects.count() == 1
    shown = importing.get(address, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in shown
    assert "A worker applies it" in shown


def test_a_file_that_looks_wrong_is_applied_only_with_a_reason(importing, drop):
    drop.read(1, rows(100))
    address = upload(importing, text(rows(50))).url
    assert "Apply anyway" in importing.get(address).content.decode()

    assert importing.post(f"{address}apply/").status_code == 422
    assert OrmQ.objects.count() == 0
    assert importing.post(f"{address}apply/", {"reason": "Half was sold."}).status_code == 302
    assert SyncRun.objects.get(outcome="held").accepted_why == "Half was sold."


def test_a_file_that_cannot_be_read_says_why(importing):
    page = importing.get(upload(importing, "SKU,RFID\nA,B\n").url).content.decode()

    assert "Row 1 names no column Location" in page
    assert ExceptionCase.objects.get().code == "STK-FEED-BAD"


def test_the_page_polls_while_a_file_is_read_and_then_loads_anew(importing, drop):
    run = drop.read(1, rows(30))
    address = f"/stock/files/{run.pk}/"
    assert importing.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"

    SyncRun.objects.filter(pk=run.pk).update(outcome="running")
    StockImport.objects.update(progress=40)

    shown = importing.get(address, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in shown.headers
    assert 'value="40"' in shown.content.decode()


def test_who_may_only_look_uploads_and_applies_nothing(viewing, drop):
    drop.read(1, rows(100))
    held = drop.read(2, rows(50))

    assert viewing.get("/stock/files/").status_code == 200
    assert "An integration admin can apply it." in viewing.get(f"/stock/files/{held.pk}/").content.decode()
    assert upload(viewing, text(rows(3))).status_code == 403
    assert viewing.post(f"/stock/files/{held.pk}/apply/", {"reason": "x"}).status_code == 403


def test_a_file_nobody_knows_is_not_found(viewing):
    assert viewing.get("/stock/files/999/").status_code == 404


@pytest.mark.parametrize("files", [3, 30])
def test_the_list_takes_as_many_statements_for_thirty_files_as_for_three(viewing, drop, files, django_assert_num_queries):
    for day in range(1, files + 1):
        drop.read(day, [*rows(20), row(100 + day)])
    viewing.get("/stock/files/")

    with django_assert_num_queries(LIST_STATEMENTS):
        viewing.get("/stock/files/")


LIST_STATEMENTS = 4  # session, person, permissions, files
