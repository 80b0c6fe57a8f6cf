"""ACS's machine fetches a label by its signed address: that parcel's alone, while it is live, and every time in the ledger."""

from datetime import timedelta

import pytest
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone

from lockers.actions.fetching import PER_HOUR
from lockers.models import LabelCopy, Parcel
from lockers.queries.addresses import parcel_of, path_of
from tests.lockers.labelled import make_labelled, put_on_manifest
from tests.lockers.shipping import PDF, ZPL

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def fetch(parcel: Parcel, form: str = "pdf", **more):
    return Client().get(path_of(parcel.pk, form), **more)


def test_it_gives_the_label_without_a_login_and_writes_it_down():
    parcel = make_labelled()

    answer = fetch(parcel, REMOTE_ADDR="8.8.8.8")

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PDF + str(parcel.pk).encode(), "application/pdf")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    copy = LabelCopy.objects.get()
    assert (copy.parcel_id, copy.number, copy.how, copy.format, copy.by) == (parcel.pk, 1, "fetched", "pdf", None)
    assert copy.by_text == "By its address, from the internet, IPv4"


def test_the_same_address_with_the_other_ending_is_for_a_label_printer():
    parcel = make_labelled()
    assert path_of(parcel.pk, "zpl") == path_of(parcel.pk).removesuffix("pdf") + "zpl"
    assert fetch(parcel, "zpl").content == ZPL + str(parcel.pk).encode()


def test_only_looking_at_its_headers_is_no_copy():
    answer = Client().head(path_of(make_labelled().pk))

    assert (answer.status_code, answer.content, int(answer["Content-Length"]) > 0) == (200, b"", True)
    assert not LabelCopy.objects.exists()


def test_an_address_is_of_one_parcel_alone():
    one, other = make_labelled("LS-1"), make_labelled("LS-2")
    signature = path_of(one.pk).partition(".")[2]

    assert Client().get(f"/labels/{other.pk}.{signature}").status_code == 404
    assert not LabelCopy.objects.exists()


@pytest.mark.parametrize(
    "signed",
    ["1", "1.x", "x.y", ".", "..", "1." + "A" * 43, "9" * 400 + ".x", "%00", "é.x", Signer(salt="another", sep=".").sign("1"), "1.2.3"],
)
def test_what_we_never_gave_is_not_there(signed):
    make_labelled()
    answer = Client().get(f"/labels/{signed}.pdf")

    assert answer.status_code == 404
    assert not LabelCopy.objects.exists()


def test_a_parcel_or_a_label_that_is_gone_is_not_there():
    parcel = make_labelled()
    parcel.labels.filter(format="zpl").delete()

    assert fetch(parcel, "zpl").status_code == 404
    assert Client().get(path_of(parcel.pk + 1)).status_code == 404
    Parcel.objects.update(state="label_pending")
    assert fetch(parcel).status_code == 404


def test_a_void_label_is_gone_with_a_sentence():
    parcel = make_labelled(state="void", void_at=timezone.now())
    for answer in (fetch(parcel), Client().head(path_of(parcel.pk))):
        assert answer.status_code == 410
    assert "Do not use it" in fetch(parcel).content.decode()
    assert not LabelCopy.objects.exists()


@pytest.mark.parametrize(("ago", "status"), [(23 * HOUR, 200), (25 * HOUR, 410)])
def test_a_day_after_its_manifest_was_closed_it_is_over(ago, status):
    parcel = put_on_manifest(make_labelled(), closed_at=timezone.now() - ago)
    assert fetch(parcel).status_code == status


@pytest.mark.parametrize(("days", "status"), [(13, 200), (15, 410)])
def test_without_a_manifest_it_is_over_after_a_fortnight(days, status):
    answer = fetch(make_labelled(at=timezone.now() - timedelta(days=days)))

    assert answer.status_code == status
    assert LabelCopy.objects.count() == (status == 200)


def test_a_reopened_manifest_lets_it_live_again():
    parcel = put_on_manifest(make_labelled(), closed_at=timezone.now() - 30 * HOUR)
    Parcel.objects.filter(pk=parcel.pk).update(state="labelled")
    assert fetch(parcel).status_code == 200


def test_too_often_within_an_hour_is_refused_and_no_copy():
    parcel = make_labelled()
    answers = [fetch(parcel) for _ in range(PER_HOUR + 1)]

    assert [answer.status_code for answer in answers] == [200] * PER_HOUR + [429]
    assert answers[-1]["Retry-After"] == "3600"
    assert LabelCopy.objects.count() == PER_HOUR
    LabelCopy.objects.update(at=timezone.now() - 2 * HOUR)
    assert fetch(parcel).status_code == 200


@pytest.mark.parametrize("state", ["labelled", "void"])
def test_the_signature_is_told_to_no_log(state, caplog):
    parcel = make_labelled(state=state)
    signature = path_of(parcel.pk).split(".")[1]
    with caplog.at_level("DEBUG"):
        for _ in range(PER_HOUR + 1):
            fetch(parcel)
        Client().post(path_of(parcel.pk))
        Client(enforce_csrf_checks=True).post(path_of(parcel.pk))

    assert signature not in caplog.text


def test_nobody_writes_to_it():
    assert Client(enforce_csrf_checks=True).post(path_of(make_labelled().pk)).status_code in {403, 405}


def test_an_address_leads_back_to_its_parcel_and_is_short():
    path = path_of(123_456)

    assert parcel_of(path.removeprefix("/labels/").removesuffix(".pdf")) == 123_456
    assert len(path) <= 64


@pytest.mark.postgres
@pytest.mark.timeout(120)
@pytest.mark.django_db(transaction=True)
def test_machines_at_the_same_time_get_numbers_of_their_own(race):
    parcel = make_labelled()

    outcomes = race(lambda _: fetch(parcel), range(6))

    assert outcomes == ["ok"] * 6
    assert sorted(LabelCopy.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
