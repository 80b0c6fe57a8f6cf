"""The page of labels: causes grouped, copies counted, the label itself for those who may print."""

import hashlib

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from lockers.actions import request_labels
from lockers.models import Label, LabelAttempt, LabelCopy, Parcel
from tests.lockers.labelled import make_labelled, put_on_manifest
from tests.lockers.shipping import PDF, ZPL, shipment

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
    lead.get("/labels/")  # what a process looks up once, it has
    with django_assert_max_num_queries(14):
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


def test_what_could_not_be_tried_stays_named_and_chosen_until_the_next_try(lead):
    failed(2)
    one, other = Parcel.objects.order_by("pk")
    lead.post("/labels/retry/", {"parcel": [str(one.pk)]})

    for _ in range(2):
        page = lead.get("/labels/").content.decode()
        assert "1 could not be tried again" in page
        assert page.count("The order is no longer with ACS.") == 2  # in the summary, and at its row
        assert f'value="{one.pk}" form="cause-1" checked' in page
        assert f'value="{other.pk}" form="cause-1" checked' not in page


def test_what_inpost_names_leads_to_the_orders_fix_for_who_may_use_it(lead):
    failed(1)
    assert "/orders/LS-0/correct-mobile/" not in lead.get("/labels/").content.decode()

    User.objects.get(username="lead").user_permissions.add(Permission.objects.get(codename="correct_order"))
    page = lead.get("/labels/").content.decode()
    assert "/orders/LS-0/correct-mobile/" in page
    assert "Fix first: the mobile" in page


def test_a_refused_access_leads_to_the_connections(lead):
    failed(1)
    LabelAttempt.objects.update(remedy="reconnect")
    assert 'href="/settings/connections/"' in lead.get("/labels/").content.decode()


@pytest.mark.parametrize("count", [3, 30])
def test_labelled_rows_take_the_same_statements_for_any_number(lead, django_assert_max_num_queries, count):
    for place in range(count):
        print_it(lead, make_labelled(f"LS-{place}"))
    lead.get("/labels/")  # what a process looks up once, it has
    with django_assert_max_num_queries(14):
        assert lead.get("/labels/").content.decode().count("1 copy") == count


class TestOnePage:
    def test_shows_copies_and_attempts_with_inposts_own_number(self, lead):
        parcel = labelled()
        print_it(lead, parcel)
        print_it(lead, parcel, why="Torn")
        LabelAttempt.objects.update(request_id="req-77", state="made")

        page = lead.get(f"/labels/{parcel.pk}/").content.decode()

        assert "Torn" in page
        assert "req-77" in page
        assert "Print copy 3" in page
        assert "make sure that the others are destroyed" in page

    @pytest.mark.parametrize("count", [3, 30])
    def test_takes_the_same_statements_for_any_number_of_copies(self, lead, django_assert_max_num_queries, count):
        parcel = labelled()
        for number in range(1, count + 1):
            LabelCopy.objects.create(parcel=parcel, number=number, format="pdf", how="fetched", by_text="x", at=timezone.now())
        lead.get(f"/labels/{parcel.pk}/")
        with django_assert_max_num_queries(14):
            assert lead.get(f"/labels/{parcel.pk}/").status_code == 200

    def test_a_parcel_that_is_not_there(self, lead):
        assert lead.get("/labels/999/").status_code == 404

    def test_a_warning_is_confirmed_on_it(self, lead):
        parcel = put_on_manifest(make_labelled(), closed_at=timezone.now())

        assert print_it(lead, parcel)["Location"] == f"/labels/{parcel.pk}/"
        assert print_it(lead, parcel, confirmed="yes").status_code == 200
        assert "on the manifest closed at" in lead.get(f"/labels/{parcel.pk}/").content.decode()


class TestTogether:
    def test_what_would_be_printed_is_shown_first_and_changes_nothing(self, lead):
        parcels = [make_labelled(f"LS-{place}") for place in range(2)]
        print_it(lead, parcels[0])

        page = lead.get("/labels/print/", {"parcel": [parcel.pk for parcel in parcels], "format": "zpl"}).content.decode()

        assert "Download 1 label as ZPL" in page
        assert "1 left out" in page
        assert LabelCopy.objects.count() == 1

    def test_gives_one_file_with_each_label_once(self, lead):
        ids = [make_labelled(f"LS-{place}").pk for place in range(3)]

        answer = lead.post("/labels/print/", {"parcel": ids + ids})

        assert answer.content.count(ZPL) == 3
        assert "no-store" in answer["Cache-Control"]
        assert lead.post("/labels/print/", {"parcel": ids}).status_code == 302
        assert LabelCopy.objects.count() == 3

    def test_all_that_were_not_printed_yet(self, lead):
        ids = [make_labelled(f"LS-{place}").pk for place in range(3)]
        print_it(lead, Parcel.objects.get(pk=ids[0]))
        assert "Download 2 labels as ZPL" in lead.get("/labels/print/?all=1").content.decode()

    def test_a_pdf_is_opened_one_by_one(self, lead):
        parcel = make_labelled()
        page = lead.get("/labels/print/", {"parcel": parcel.pk, "format": "pdf"}).content.decode()
        assert f'action="/labels/{parcel.pk}/print/"' in page

    @pytest.mark.parametrize("ids", [[], ["x"], ["-1"], ["9" * 40], ["٣"]])
    def test_nothing_chosen_is_said_so(self, lead, ids):
        assert "Choose at least one label." in lead.get("/labels/print/", {"parcel": ids}).content.decode()
        assert lead.post("/labels/print/", {"parcel": ids}).status_code == 302
