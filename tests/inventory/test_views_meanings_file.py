"""Meanings by a CSV file: one draft of all its rows, rehearsed like any other, or none of them and a sentence for each fault."""

import io

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from inventory.models import Garment
from partners.models import MappingProposal
from tests.inventory.mapped import READY, days_before, make_garments, make_status

pytestmark = pytest.mark.django_db
FILE, EDITOR = "/mappings/draft/file/", "/mappings/?kind=stock_status"


@pytest.fixture
def integration(noon) -> Client:
    user = User.objects.create_user("ines")
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_codemapping", "change_codemapping"]))
    client = Client()
    client.force_login(user)
    make_garments(3, "A", make_status("QUAR – 2"), since=days_before(noon, 4))
    make_status("All fine", READY)
    return client


def send(client: Client, *lines: str, encoding: str = "utf-8"):
    file = io.BytesIO("\r\n".join(lines).encode(encoding))
    file.name = "meanings.csv"
    return client.post(FILE, {"file": file})


@pytest.mark.parametrize(
    ("heading", "row", "encoding"),
    [
        ("status,means,sellable,bucket", "QUAR – 2,quarantine,no,quality_control", "utf-8-sig"),
        ("Status at ACS;Means;Bucket;Seen", "quar - 2;Quarantine;Quality control;3", "utf-8"),
        ("status,means,sellable,bucket", "QUAR – 2,QUARANTINE,,Quality Control", "cp1252"),
    ],
)
def test_a_file_is_a_draft_that_is_rehearsed_and_nothing_is_in_force(integration, heading, row, encoding):
    answer = send(integration, heading, row, "", encoding=encoding)

    proposal = MappingProposal.objects.get()
    [change] = proposal.changes
    assert answer.url == reverse("inventory:rehearsal", kwargs={"pk": proposal.pk})
    assert change["becomes"] == {"target": "quarantine", "flags": {"sellable": False, "bucket": "quality_control"}}
    assert Garment.objects.filter(status__target="").count() == 3
    assert integration.get(answer.url).status_code == 200


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["status,means", "Nobody said,ready"], "Row 2: no garment ever had the status “Nobody said”."),
        (["status,means,bucket", "All fine,redy,reserved"], "Row 2, means: “redy” is none of ready, processing,"),
        (["status,means,bucket", "All fine,ready,shelf"], "Row 2, bucket: “shelf” is none of quality_control,"),
        (["status,means,bucket", "All fine,ready,"], "Row 2, bucket: Choose where the shop counts such a garment"),
        (["status,means,sellable,bucket", "All fine,ready,perhaps,reserved"], "Row 2, sellable: “perhaps” must be yes or no."),
        (["status,means,sellable,bucket", "All fine,quarantine,yes,reserved"], "Row 2, sellable: Only what is"),
        (["status,means,bucket", "All fine,ready,reserved", "ALL FINE,lost,damaged"], "Row 3: an earlier row says already"),
        (["status", "All fine"], "The first row names no column means."),
        (["status,means"], "The file has a heading and no rows."),
        ([""], "The submitted file is empty."),
        (["status,means", '"' + "x" * 140_000], "The file cannot be read as CSV"),
        (["status,means", "x" * 200_000], "The file is larger than 200 kB."),
        (["status,means", "\x00,\x00"], "Row 2: no garment ever had the status"),
    ],
)
def test_a_fault_is_said_by_row_and_column_and_nothing_is_drafted(integration, lines, said):
    answer = send(integration, *lines)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not MappingProposal.objects.exists()


def test_one_fault_among_good_rows_drafts_none_of_them(integration):
    send(integration, "status,means,bucket", "QUAR – 2,quarantine,quality_control", "Nobody said,lost,damaged")

    assert not MappingProposal.objects.exists()


def test_what_stands_already_is_nothing_to_rehearse(integration):
    answer = send(integration, "status,means,sellable,bucket", "All fine,ready,yes,reserved")

    assert answer.url == EDITOR
    assert "nothing to rehearse" in integration.get(EDITOR).content.decode()


def test_who_may_only_look_sends_no_file(integration):
    User.objects.get().user_permissions.remove(Permission.objects.get(codename="change_codemapping"))

    assert send(integration, "status,means", "All fine,lost").status_code == 403
    assert FILE not in integration.get(EDITOR).content.decode()
