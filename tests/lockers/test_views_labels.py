"""The page of labels: causes grouped, copies counted, the label itself for those who may print."""

import hashlib

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from lockers.actions import request_labels
from lockers.models import Label, LabelAttempt, LabelCopy, Parcel
from tests.lockers.shipping import PDF, shipment

pytestmark = pytest.mark.django_db
PROBLEM = {"field": "recipient.phone", "reason": "The mobile is missing.", "to_do": "Correct the mobile on the order."}


@pytest.fixture
def lead() -> Client:
    user = User.objects.create_user("lead")
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_parcel", "print_parcel", "retry_parcel"]))
    client = Client()
    client.force_login(user)
    return client


def ask(count: int) -> list[Parcel]:
    return request_labels([shipment(f"LS-{place}") for place in range(count)], actor="system:test", at=timezone.now())


def failed(count: int) -> None:
    ask(count)
    LabelAttempt.objects.update(state="refused", remedy="fix_first", problems=[PROBLEM])


def labelled() -> Parcel:
    [parcel] = ask(1)
    Parcel.objects.filter(pk=parcel.pk).update(state="labelled", tracking_number="JJD1", labelled_at=timezone.now())
    Label.objects.create(parcel=parcel, format="pdf", content=PDF, sha256=hashlib.sha256(PDF).hexdigest(), fetched_at=timezone.now())
    return parcel


def print_it(client: Client, parcel: Parcel, **said: str):
    return client.post(f"/labels/{parcel.pk}/print/", {"format": "pdf", **said})


def test_one_cause_is_one_card_with_one_button_for_all(lead):
    failed(3)
    page = lead.get("/labels/").content.decode()

    assert page.count("<h2>The mobile is missing.") == 1
    assert "Try all 3 again" in page


@pytest.mark.parametrize("count", [3, 30])
def test_the_page_takes_the_same_statements_for_any_number(lead, django_assert_max_num_queries, count):
    failed(count)
    with django_assert_max_num_queries(12):
        assert lead.get("/labels/").status_code == 200


def test_who_may_not_try_again_is_not_offered_it(viewing, viewer):
    viewer.user_permissions.add(Permission.objects.get(codename="view_parcel"))
    failed(2)
    assert "Try " not in viewing.get("/labels/").content.decode().split("<main", 1)[1]


def test_printing_gives_the_bytes_and_is_kept_by_nobody(lead):
    answer = print_it(lead, labelled())

    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert "no-store" in answer["Cache-Control"]
    assert LabelCopy.objects.get().by_text == "lead"


def test_a_second_copy_needs_a_reason(lead):
    parcel = labelled()
    print_it(lead, parcel)

    assert print_it(lead, parcel).status_code == 302
    assert print_it(lead, parcel, why="Torn").status_code == 200
    assert list(LabelCopy.objects.order_by("number").values_list("number", "why")) == [(1, ""), (2, "Torn")]


@pytest.mark.parametrize("said", [{"format": "zpl"}, {"format": "exe"}, {"format": ""}])
def test_a_label_that_is_not_there_is_said_so(lead, said):
    assert print_it(lead, labelled(), **said).status_code == 302
    assert not LabelCopy.objects.exists()


@pytest.mark.parametrize("ids", [[], ["x"], ["-1"], ["9" * 40], ["٣"], ["999"]])
def test_trying_again_nothing_is_said_so(lead, ids):
    answer = lead.post("/labels/retry/", {"parcel": ids}, follow=True)
    assert "Choose at least one label." in answer.content.decode()


def test_what_could_not_be_tried_is_named(lead):
    failed(1)
    answer = lead.post("/labels/retry/", {"parcel": [str(Parcel.objects.get().pk)]}, follow=True)
    assert "Order LS-0: The order is no longer with ACS." in answer.content.decode()
