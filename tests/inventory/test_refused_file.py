"""The rows that were refused come down as a file: every one, with where and why, and nothing in it runs."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from partners.models import SyncRun

pytestmark = pytest.mark.django_db
CODENAMES = ("view_product", "import_product", "view_syncrun", "view_rejectedrecord")


@pytest.fixture
def importing(client: Client) -> Client:
    user = User.objects.create_user("importer")
    user.user_permissions.set(Permission.objects.filter(codename__in=CODENAMES))
    client.force_login(user)
    return client


def upload(client: Client, *lines: str) -> str:
    file = SimpleUploadedFile("products.csv", "\r\n".join(lines).encode())
    return client.post("/products/upload/", {"file": file}).content.decode()


def refused(client: Client) -> list[dict[str, str]]:
    answer = client.get(f"/sync/{SyncRun.objects.latest('pk').pk}/refused.csv")
    assert answer["Content-Disposition"].startswith('attachment; filename="refused-products-')
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_every_refused_row_is_in_the_file_however_many_there_are(importing: Client):
    page = upload(importing, "sku,length", *(f"S-{number},-1" for number in range(500)), "GOOD-1,340")

    rows = refused(importing)

    assert "Download the refused rows" in page
    assert len(rows) == 500
    assert (rows[0]["where"], rows[0]["column"], rows[0]["key"], rows[0]["state"]) == ("row 2", "length", "S-0", "open")
    assert rows[0]["why"].startswith("length must be more than nought")


def test_no_cell_of_it_is_a_formula(importing: Client):
    upload(importing, "sku,length", '"=HYPERLINK(""http://x"")",-1', "+1,-1", "@A,-1")

    assert not [value for row in refused(importing) for value in row.values() if value.startswith(("=", "+", "-", "@"))]


def test_the_upload_says_how_many_sizes_cannot_be_right_and_leads_to_them(importing: Client):
    page = upload(importing, "sku,length", "A-1,99999", "B-1,340")

    assert "size=absurd" in page
    assert "Download the refused rows" not in page


def test_the_run_page_leads_to_the_file(importing: Client):
    upload(importing, "sku,length", "A-1,-1")

    assert f"/sync/{SyncRun.objects.get().pk}/refused.csv" in importing.get(f"/sync/{SyncRun.objects.get().pk}/").content.decode()


def test_a_run_that_does_not_exist_is_not_found_and_a_stranger_is_refused(importing: Client, viewing: Client):
    assert importing.get("/sync/999999/refused.csv").status_code == 404
    assert viewing.get("/sync/999999/refused.csv").status_code == 403
