"""Copies of a label: the second asks why, the third warns, and a batch gives each label exactly once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from lockers.actions import Refused
from lockers.actions.copies import MustConfirm, print_batch, print_copy
from lockers.models import LabelCopy, Parcel
from tests.lockers.labelled import make_labelled, put_on_manifest

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> User:
    return User.objects.create_user("lead")


def print_it(parcel: Parcel, lead: User, why: str = "", *, confirmed: bool = False) -> int:
    return print_copy(parcel.pk, form="pdf", why=why, actor=lead, at=timezone.now(), confirmed=confirmed)[1].number


class TestOneCopy:
    def test_the_second_asks_why_and_the_third_to_be_confirmed_too(self, lead):
        parcel = make_labelled()

        assert print_it(parcel, lead) == 1
        with pytest.raises(Refused, match="Say why"):
            print_it(parcel, lead)
        assert print_it(parcel, lead, "Torn") == 2
        with pytest.raises(MustConfirm, match="copy 3"):
            print_it(parcel, lead, "Torn again")
        assert print_it(parcel, lead, "Torn again", confirmed=True) == 3

        assert list(LabelCopy.objects.order_by("number").values_list("why", "by_text")) == [
            ("", "lead"),
            ("Torn", "lead"),
            ("Torn again", "lead"),
        ]

    def test_one_on_a_closed_manifest_is_confirmed_first(self, lead):
        parcel = put_on_manifest(make_labelled(), closed_at=timezone.now())

        with pytest.raises(MustConfirm, match="on the manifest closed at"):
            print_it(parcel, lead)
        assert not LabelCopy.objects.exists()
        assert print_it(parcel, lead, confirmed=True) == 1

    @pytest.mark.parametrize("facts", [{"handed_over_at": timezone.now()}, {"carriage": "in_transit", "carriage_at": timezone.now()}])
    def test_one_that_inpost_scanned_is_confirmed_first(self, lead, facts):
        with pytest.raises(MustConfirm, match="InPost scanned it at"):
            print_it(make_labelled(**facts), lead)

    def test_one_that_was_only_announced_warns_of_nothing(self, lead):
        assert print_it(make_labelled(carriage="announced", carriage_at=timezone.now()), lead) == 1

    @pytest.mark.parametrize("state", ["void", "label_pending"])
    def test_a_label_that_must_not_be_used_is_not_printed(self, lead, state):
        with pytest.raises(Refused, match="no such label"):
            print_it(make_labelled(state=state), lead, confirmed=True)


class TestABatch:
    def test_gives_each_label_once_in_order_however_often_it_is_asked(self, lead):
        parcels = [make_labelled(f"LS-{place}") for place in range(3)]
        ids = [parcel.pk for parcel in parcels]

        first = print_batch([*ids, *ids], form="zpl", actor=lead, at=timezone.now())
        second = print_batch(ids, form="zpl", actor=lead, at=timezone.now())

        assert [label.parcel_id for label in first.labels] == ids
        assert (second.labels, set(second.left_out)) == ([], set(ids))
        assert LabelCopy.objects.count() == 3

    def test_leaves_out_what_a_person_has_to_decide_about(self, lead):
        printed, closed, void, fine = (make_labelled(f"LS-{place}") for place in range(4))
        print_it(printed, lead)
        put_on_manifest(closed, closed_at=timezone.now() - timedelta(hours=1))
        Parcel.objects.filter(pk=void.pk).update(state="void")

        batch = print_batch([printed.pk, closed.pk, void.pk, fine.pk, 10**9], form="zpl", actor=lead, at=timezone.now())

        assert [label.parcel_id for label in batch.labels] == [fine.pk]
        assert {pk: why.split(".")[0] for pk, why in batch.left_out.items()} == {
            printed.pk: "It has been given out once",
            closed.pk: batch.left_out[closed.pk].split(".")[0],
            void.pk: "There is no such label to print",
        }
        assert "manifest closed at" in batch.left_out[closed.pk]

    @pytest.mark.parametrize("count", [3, 30])
    def test_takes_the_same_statements_for_any_number(self, lead, django_assert_max_num_queries, count):
        ids = [make_labelled(f"LS-{place}").pk for place in range(count)]
        with django_assert_max_num_queries(6):
            assert len(print_batch(ids, form="zpl", actor=lead, at=timezone.now()).labels) == count


@pytest.mark.postgres
@pytest.mark.timeout(120)
@pytest.mark.django_db(transaction=True)
def test_two_who_print_the_same_batch_get_each_label_once(race):
    lead = User.objects.create_user("lead")
    ids = [make_labelled(f"LS-{place}").pk for place in range(10)]
    given: list[int] = []

    def print_all(turn: list[int]) -> None:
        given.extend(label.parcel_id for label in print_batch(turn, form="zpl", actor=lead, at=timezone.now()).labels)

    assert race(print_all, [ids, ids[::-1], ids, ids[::-1]]) == ["ok"] * 4
    assert sorted(given) == sorted(ids)
    assert LabelCopy.objects.count() == 10
