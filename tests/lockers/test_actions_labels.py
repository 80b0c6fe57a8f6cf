"""A label is asked for once, made once, and kept; what goes wrong is said in plain words."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from lockers import tasks
from lockers.actions import Refused, replace_parcel, request_labels, retention, retry_label, void_parcel
from lockers.models import Label, LabelAttempt, Parcel
from partners.inpost.shipments import PDF as A6
from partners.invariants import what_has_ended_stays_as_it_was
from partners.models import Intent
from tests.lockers.shipping import JSON, PDF, shipment, spoken_to


@pytest.fixture
def shipping(settings):
    with spoken_to(settings) as fake:
        yield fake


def ask(*numbers: str) -> list[Parcel]:
    return request_labels([shipment(number) for number in numbers or ("LS-1",)], actor="system:test", at=timezone.now())


def make() -> dict[str, int]:
    Intent.objects.exclude(state__in=Intent.ENDED).update(next_at=timezone.now() - timedelta(seconds=1))
    return tasks.make_labels()


@pytest.mark.django_db
class TestAsking:
    def test_makes_a_parcel_an_attempt_and_an_intent_each(self):
        made = ask("LS-1", "LS-2")

        assert [(parcel.order_number, parcel.revision, parcel.state) for parcel in made] == [
            ("LS-1", 1, "label_pending"),
            ("LS-2", 1, "label_pending"),
        ]
        assert LabelAttempt.objects.count() == Intent.objects.count() == 2

    def test_leaves_alone_an_order_that_has_a_live_parcel(self):
        ask("LS-1")
        assert [parcel.order_number for parcel in ask("LS-1", "LS-2")] == ["LS-2"]

    @pytest.mark.parametrize("count", [1, 30])
    def test_takes_the_same_statements_for_any_number(self, django_assert_max_num_queries, count):
        with django_assert_max_num_queries(12):
            ask(*[f"LS-{place}" for place in range(count)])


@pytest.mark.django_db(transaction=True)
class TestMaking:
    def test_keeps_both_labels_and_forgets_the_customer(self, shipping):
        [parcel] = ask()

        assert make() == {"done": 1}

        parcel.refresh_from_db()
        assert (parcel.state, parcel.tracking_number) == ("labelled", "JJD0000000000000001")
        assert sorted(parcel.labels.values_list("format", flat=True)) == ["pdf", "zpl"]
        assert "ada@example.com" not in json.dumps([Intent.objects.get().payload, Intent.objects.get().receipt])
        assert what_has_ended_stays_as_it_was(timezone.now()) == []

    def test_sends_the_documented_fields_and_no_other(self, shipping):
        ask()
        make()

        [body] = shipping.bodies
        assert set(body) == {"sender", "recipient", "origin", "destination", "parcels", "references"}
        assert body["recipient"] == {"firstName": "Ada", "lastName": "Byron", "email": "ada@example.com", "phone": "+447712345068"}
        assert body["destination"] == {"countryCode": "GB", "pointId": "UK00000904"}

    def test_an_answer_lost_after_inpost_made_it_never_makes_a_second(self, shipping):
        shipping.lose = 1
        ask()

        assert make() == {"unknown": 1}
        assert make() == {"done": 1}

        assert len(shipping.made) == 1
        assert shipping.bodies[0] == shipping.bodies[1]

    def test_a_refusal_is_flattened_and_waits_for_a_person(self, shipping):
        shipping.refuse = (422, JSON, b'{"title": "Invalid", "errors": {"recipient.phone": ["required"]}}')
        [parcel] = ask()

        assert make() == {"refused": 1}

        attempt = parcel.attempts.get()
        assert (attempt.state, attempt.remedy) == ("refused", "fix_first")
        assert attempt.problems == [
            {"field": "recipient.phone", "reason": "The mobile is missing.", "to_do": "Correct the mobile on the order, then try again."}
        ]

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            ((406, JSON, b'{"title": "Not Acceptable"}'), "refused"),
            ((200, {}, b""), "later"),
            ((200, {"Content-Type": "text/html"}, b"<html>"), "later"),
            ((200, {"Content-Type": "application/pdf"}, b"PK not a label"), "later"),
        ],
    )
    def test_a_label_that_is_none_is_fetched_again_without_a_second_shipment(self, shipping, answer, outcome):
        shipping.labels = {A6: answer}
        [parcel] = ask()
        assert make() == {outcome: 1}
        assert not Label.objects.exists()

        shipping.labels = {}
        parcel.refresh_from_db()
        if outcome == "refused":
            retry_label(parcel, actor="system:test", at=timezone.now(), version=parcel.version)
        assert make() == {"already": 1}

        assert len(shipping.bodies) == 1
        assert bytes(parcel.labels.get(format="pdf").content) == PDF

    def test_observe_mode_writes_nothing_to_inpost(self, shipping, settings):
        settings.MODES = dict.fromkeys(settings.MODES, "observe")
        ask()

        assert make() == {}
        assert shipping.asked == []


@pytest.mark.django_db(transaction=True)
class TestReplacing:
    def test_voids_the_old_one_and_asks_for_the_next(self, shipping):
        [old] = ask()
        make()
        old.refresh_from_db()

        new = replace_parcel(
            old, why="Torn", shipment=shipment(point_id="UK00000905"), actor="system:test", at=timezone.now(), version=old.version
        )

        assert (old.state, old.void_why, new.revision) == ("void", "Torn", 2)
        assert make() == {"done": 1}
        assert Parcel.objects.filter(state="labelled").count() == 1

    def test_is_refused_while_nobody_knows_whether_it_was_made(self, shipping):
        shipping.lose = 1
        [parcel] = ask()
        make()
        parcel.refresh_from_db()

        with pytest.raises(Refused, match="being made"):
            void_parcel(parcel, why="Torn", actor="system:test", at=timezone.now(), version=parcel.version)

    def test_a_stale_page_changes_nothing(self, shipping):
        [parcel] = ask()

        with pytest.raises(Refused, match="colleague"):
            void_parcel(parcel, why="Torn", actor="system:test", at=timezone.now(), version=parcel.version + 1)


@pytest.mark.django_db(transaction=True)
def test_old_labels_and_what_was_refused_are_deleted_in_time(shipping):
    ask("LS-1")
    make()
    shipping.refuse = (422, JSON, b"{}")
    ask("LS-2")
    make()

    assert retention.purge(at=timezone.now()) == {"labels": 0, "asked": 0}
    assert retention.purge(at=timezone.now() + timedelta(days=61)) == {"labels": 2, "asked": 2}
    assert not any(intent.payload for intent in Intent.objects.all())
    assert what_has_ended_stays_as_it_was(timezone.now()) == []


@pytest.mark.postgres
@pytest.mark.timeout(120)
@pytest.mark.django_db(transaction=True)
def test_many_ask_at_once_and_each_order_has_one_live_parcel(race):
    numbers = [f"LS-{place}" for place in range(20)]
    turns = [numbers[place:] + numbers[:place] for place in (0, 5, 10, 15)]

    outcomes = race(lambda turn: ask(*turn), turns)

    assert outcomes == ["ok"] * 4
    assert Parcel.objects.count() == Intent.objects.count() == LabelAttempt.objects.count() == 20
