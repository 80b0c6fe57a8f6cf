"""Uploading a file: what became of every row, and what no file may do."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_q.models import OrmQ

from inventory.models import AcsSku, Product
from partners.models import SyncRun

pytestmark = pytest.mark.django_db


def upload(client: Client, *lines: str, to: str = "/products/upload/", name: str = "products.csv"):
    return client.post(to, {"file": SimpleUploadedFile(name, "\r\n".join(lines).encode())})


def test_every_row_is_accounted_for(merchandising: Client):
    answer = upload(merchandising, "sku,length,dim_unit,Colour", "A-1,34,cm,red", "B-2,-1,cm,red", "C-3,12,ell,red")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "1 new, 0 changed, 0 unchanged, 2 refused." in " ".join(page.split())
    assert answer.context["result"]["refused"] == [
        {"row": "3", "columns": "length", "reason": "length must be more than nought; leave it empty where it is not known", "key": "B-2"},
        {"row": "4", "columns": "length", "reason": "length is in 'ell', which is not a unit we know: mm, cm, m, in", "key": "C-3"},
    ]
    assert "left out: Colour" in page
    assert (Product.objects.get().length_mm, SyncRun.objects.get().feed.name) == (340, "products")


def test_new_sizes_have_the_orders_checked_and_the_same_file_again_does_not(merchandising: Client):
    upload(merchandising, "sku,length", "A-1,34")
    assert [row.task["func"] for row in OrmQ.objects.all()] == ["orders.tasks.recheck_open"]

    answer = upload(merchandising, "sku,length", "A-1,34")

    assert answer.context["result"]["run"].unchanged == 1
    assert OrmQ.objects.count() == 1


def test_the_set_up_list_says_what_acs_knows(merchandising: Client):
    answer = upload(merchandising, "product_sku,unique_sku", "A-1,A-1-001", "A-1,A-1-002", to="/products/acs-setup/")

    assert (answer.context["result"]["run"].created, answer.context["result"]["run"].unchanged) == (1, 1)
    assert AcsSku.objects.get().sku == "A-1"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"name,length\r\nx,1", "The file has no column sku. Its first row reads: name, length."),
        (b"sku,width,width\r\nx,1,1", "The file has two columns for width."),
        (b"", "The submitted file is empty."),
        (b"\x89PNG\r\n\x1a\n\x00", "The file has no column sku."),
    ],
)
@pytest.mark.parametrize("name", ["products.csv", "=cmd().csv", "<script>.csv"])
def test_a_file_that_is_no_product_file_is_refused_with_a_sentence(merchandising: Client, body: bytes, sentence: str, name: str):
    answer = merchandising.post("/products/upload/", {"file": SimpleUploadedFile(name, body)})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not SyncRun.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(merchandising: Client, monkeypatch):
    monkeypatch.setattr("inventory.forms.BIGGEST_FILE", 10)

    assert "larger than" in upload(merchandising, "sku", "A-1", "B-2").content.decode()


def test_no_file_is_asked_for_again(merchandising: Client):
    assert merchandising.post("/products/upload/", {}).status_code == 422


def test_what_rows_say_is_shown_never_run(merchandising: Client):
    page = upload(merchandising, "sku,length,<b>bold</b>", "<script>alert(1)</script>,x,y", name="<script>.csv").content.decode()

    assert "<script>alert" not in page
    assert "<b>bold" not in page


@pytest.mark.parametrize("url", ["/products/upload/", "/products/acs-setup/"])
def test_only_those_who_may_import_can_upload(viewing: Client, url: str):
    assert upload(viewing, "sku", "A-1", to=url).status_code == 403
    assert viewing.get(url).status_code in (403, 405)
    assert "Upload a file" not in viewing.get("/products/").content.decode()
