"""ACS is told where the label of a picked order is: once, read back, and never over anything else of that order."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from lockers.models import Parcel
from lockers.queries.addresses import path_of
from lockers.queries.handing import KIND, handed_of
from orders import tasks
from orders.actions import review_many
from orders.actions.handing import hand_again, queue_handovers
from orders.actions.outcomes import Refused
from orders.actions.sending import KIND as RELEASE
from orders.models import Order
from orders.states import AcsStatus
from partners.models import Intent
from partners.sandbox.world import World
from tests.lockers.labelled import make_labelled
from tests.orders.builders import NOON, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def field(settings) -> None:
    settings.LABELS_TO, settings.DESK_URL = "field", "https://desk.test"


@pytest.fixture
def folder(settings, tmp_path) -> Iterator[Path]:
    drop = tmp_path / "labels"
    drop.mkdir()
    settings.LABELS_TO, settings.LABELS_FOLDER = "folder", str(drop)
    return drop


def picked(world: World, **facts: object) -> Order:
    """An order that ACS has, and has picked."""
    order = make_order(**facts)
    review_many([order.pk], at=NOON)
    tasks.send_releases()
    world.acs[order.number]["status"] = "Pick Confirmed"
    Order.objects.filter(pk=order.pk).update(acs_status=AcsStatus.PICK_CONFIRMED)
    order.refresh_from_db()
    return order


def at_acs(world: World, order: Order) -> str:
    return world.acs[order.number]["order"].get("Misc3", "")


def address(parcel: Parcel) -> str:
    return f"https://desk.test{path_of(parcel.pk)}"


def after_the_quarantine() -> None:
    Intent.objects.filter(state=Intent.State.UNKNOWN).update(next_at=timezone.now() - timedelta(seconds=1))


def handing(parcel: Parcel) -> Intent:
    return Intent.objects.filter(kind=KIND, payload__parcel=parcel.pk).latest("revision")


class TestByField:
    def test_the_address_is_put_read_back_and_written_down(self, world: World, field):
        order = picked(world)
        parcel = make_labelled(order.number)

        assert tasks.hand_labels() == {"done": 1}

        assert at_acs(world, order) == address(parcel)
        assert AuditEntry.objects.get(verb="label handed to ACS").after["field"] == "Misc3"
        assert handed_of([parcel])[parcel.pk].words == "Handed to ACS"
        assert tasks.hand_labels() == {}

    def test_nothing_else_of_the_order_is_touched(self, world: World, field):
        order = picked(world)
        world.acs[order.number]["order"] |= {"Misc7": "shelf 12", "Delivery_Address3": "Back door", "Comments": "Ring twice"}
        before = dict(world.acs[order.number]["order"])
        make_labelled(order.number)

        tasks.hand_labels()

        after = dict(world.acs[order.number]["order"])
        assert after.pop("Misc3")
        assert after == before

    def test_what_stands_there_already_is_done_without_a_put(self, world: World, field):
        order = picked(world)
        parcel = make_labelled(order.number)
        world.acs[order.number]["order"]["Misc3"] = address(parcel)
        puts = world.acs[order.number]["puts"]

        assert tasks.hand_labels() == {"already": 1}
        assert world.acs[order.number]["puts"] == puts

    def test_an_answer_that_was_lost_is_looked_up_and_put_once(self, world: World, field):
        order = picked(world)
        parcel = make_labelled(order.number)
        world.faults.arm({"partner": "acs", "kind": "accept_then_timeout", "method": "PUT"})

        assert tasks.hand_labels() == {"unknown": 1}
        assert tasks.hand_labels() == {}  # not asked before the quarantine is over
        puts = world.acs[order.number]["puts"]
        after_the_quarantine()

        assert tasks.hand_labels() == {"done": 1}
        assert (at_acs(world, order), world.acs[order.number]["puts"]) == (address(parcel), puts)

    def test_a_200_that_did_nothing_is_looked_up_and_sent_again(self, world: World, field):
        order = picked(world)
        parcel = make_labelled(order.number)
        world.faults.arm({"partner": "acs", "kind": "plain_text_200", "method": "PUT"})
        tasks.hand_labels()
        after_the_quarantine()

        assert tasks.hand_labels() == {"absent": 1, "done": 1}
        assert at_acs(world, order) == address(parcel)

    def test_what_acs_never_shows_is_given_up_with_the_setting_named(self, world: World, field):
        order = picked(world)
        parcel = make_labelled(order.number)
        world.acs[order.number]["status"] = "Despatched"  # ACS says yes, and takes nothing any more
        for _ in range(2):
            tasks.hand_labels()
            after_the_quarantine()

        assert handing(parcel).state == Intent.State.DEAD
        assert "ACS_LABEL_FIELD" in handed_of([parcel])[parcel.pk].why

    def test_tries_that_found_acs_down_are_no_tries_it_did_not_show(self, world: World, field):
        order = picked(world)
        parcel = make_labelled(order.number)
        queue_handovers(at=timezone.now())
        Intent.objects.filter(kind=KIND).update(attempts=7)
        world.faults.arm({"partner": "acs", "kind": "plain_text_200", "method": "PUT"})

        assert tasks.hand_labels() == {"unknown": 1}

        after_the_quarantine()
        assert tasks.hand_labels() == {"absent": 1, "done": 1}
        assert handing(parcel).state == Intent.State.DONE

    @pytest.mark.parametrize(
        ("name", "value", "told"),
        [
            ("DESK_URL", "https://" + "d" * 60 + ".test", "DESK_URL"),
            ("DESK_URL", "", "DESK_URL"),
            ("ACS_LABEL_FIELD_LENGTH", 40, "ACS_LABEL_FIELD_LENGTH"),
            ("ACS_LABEL_FIELD", "Misc1", "ACS_LABEL_FIELD"),
        ],
    )
    def test_an_address_that_cannot_stand_there_is_refused_with_the_setting_named(self, world: World, field, settings, name, value, told):
        order = picked(world)
        before = dict(world.acs[order.number]["order"])
        parcel = make_labelled(order.number)
        setattr(settings, name, value)

        assert tasks.hand_labels() == {"refused": 1}

        assert told in handing(parcel).error
        assert world.acs[order.number]["order"] == before

    def test_without_tls_the_address_is_told_to_nobody_but_the_sandbox(self, world: World, field, settings):
        make_labelled(picked(world).number)
        settings.DESK_URL, settings.SANDBOX = "http://desk.test", False
        tasks.hand_labels()
        assert "https://" in Intent.objects.get(kind=KIND).error

    def test_neither_the_intent_nor_its_error_keeps_the_signature(self, world: World, field, settings):
        parcel = make_labelled(picked(world).number)
        tasks.hand_labels()
        signature = path_of(parcel.pk).split(".")[1]
        assert signature not in repr([Intent.objects.values_list("payload", "receipt", "error"), AuditEntry.objects.values_list("after")])

    def test_an_order_that_acs_has_cancelled_or_lost_is_not_told(self, world: World, field):
        order = picked(world)
        parcel = make_labelled(order.number)
        del world.acs[order.number]

        assert tasks.hand_labels() == {"refused": 1}
        assert "does not have this order" in handing(parcel).error


class TestWhen:
    @pytest.mark.parametrize(("name", "value"), [("LABELS_TO", "none"), ("MODES", dict.fromkeys(("acs", "inpost", "store"), "observe"))])
    def test_nothing_is_written_where_acs_is_not_told(self, world: World, field, settings, name, value):
        order = picked(world)
        make_labelled(order.number)
        setattr(settings, name, value)

        assert tasks.hand_labels() == {}
        assert (at_acs(world, order), Intent.objects.filter(kind=KIND).count()) == ("", 0)

    def test_a_switch_to_observe_keeps_what_waits_and_writes_nothing(self, world: World, field, settings):
        order = picked(world)
        make_labelled(order.number)
        queue_handovers(at=timezone.now())
        live, settings.MODES = settings.MODES, dict.fromkeys(settings.MODES, "observe")
        assert (tasks.hand_labels(), at_acs(world, order)) == ({}, "")

        settings.MODES = live
        assert tasks.hand_labels() == {"done": 1}

    @pytest.mark.parametrize("facts", [{"state": "void"}, {"made_by": "acs"}, {"state": "label_pending"}])
    def test_only_live_labels_of_our_own_are_told(self, world: World, field, facts):
        make_labelled(picked(world).number, **facts)
        assert (tasks.hand_labels(), Intent.objects.filter(kind=KIND).count()) == ({}, 0)

    def test_a_label_that_went_void_meanwhile_is_not_told(self, world: World, field):
        order = picked(world)
        parcel = make_labelled(order.number)
        queue_handovers(at=timezone.now())
        Parcel.objects.update(state="void")

        assert tasks.hand_labels() == {"cancelled": 1}
        assert (at_acs(world, order), handing(parcel).state) == ("", Intent.State.CANCELLED)

    @pytest.mark.parametrize("state", [Intent.State.READY, Intent.State.SENDING, Intent.State.UNKNOWN])
    def test_it_waits_while_anything_else_of_the_order_is_in_the_air(self, world: World, field, state):
        order = picked(world)
        make_labelled(order.number)
        later = timezone.now() + timedelta(hours=1)
        Intent.objects.filter(kind=RELEASE).update(state=state, next_at=later, lease_until=later)

        assert tasks.hand_labels() == {}
        assert (at_acs(world, order), Intent.objects.get(kind=KIND).state) == ("", Intent.State.READY)

        Intent.objects.filter(kind=RELEASE).update(state=Intent.State.DONE)
        assert tasks.hand_labels() == {"done": 1}

    @pytest.mark.parametrize("state", [Intent.State.SENDING, Intent.State.UNKNOWN])
    def test_a_change_of_the_order_waits_while_its_label_is_in_the_air(self, world: World, field, state):
        make_labelled(picked(world).number)
        queue_handovers(at=timezone.now())
        later = timezone.now() + timedelta(hours=1)
        Intent.objects.filter(kind=KIND).update(state=state, next_at=later, lease_until=later)
        Intent.objects.filter(kind=RELEASE).update(state=Intent.State.READY)

        assert tasks.send_releases() == {}
        Intent.objects.filter(kind=KIND).update(state=Intent.State.DONE)
        assert sum(tasks.send_releases().values()) == 1

    def test_a_label_of_unknown_outcome_and_a_change_that_waits_for_it_do_not_wait_for_each_other(self, world: World, field):
        order = picked(world)
        parcel = make_labelled(order.number)
        queue_handovers(at=timezone.now())
        Intent.objects.filter(kind=KIND).update(state=Intent.State.UNKNOWN, next_at=timezone.now())
        Intent.objects.filter(kind=RELEASE).update(state=Intent.State.READY, next_at=timezone.now())

        assert tasks.send_releases() == {}
        assert tasks.hand_labels() == {"absent": 1}
        assert sum(tasks.send_releases().values()) == 1
        assert tasks.hand_labels() == {"done": 1}

        assert at_acs(world, order) == address(parcel)

    def test_a_change_of_the_order_keeps_the_label_that_acs_shows(self, world: World, field):
        order = picked(world)
        parcel = make_labelled(order.number)
        tasks.hand_labels()
        world.acs[order.number]["status"] = "Acknowledged"
        Order.objects.filter(pk=order.pk).update(acs_status=AcsStatus.ACKNOWLEDGED)
        told = Intent.objects.get(kind=RELEASE)
        payload = told.payload | {"order": told.payload["order"] | {"city": "York"}, "amend": True, "take": {"city": "York"}}
        Intent.objects.filter(pk=told.pk).update(state=Intent.State.READY, payload=payload)

        assert tasks.send_releases() == {"done": 1}

        assert world.acs[order.number]["order"]["Delivery_City"] == "York"
        assert at_acs(world, order) == address(parcel)

    @pytest.mark.parametrize("count", [3, 30])
    def test_asking_takes_the_same_statements_for_any_number(self, settings, django_assert_max_num_queries, count):
        settings.LABELS_TO, settings.MODES = "field", dict.fromkeys(settings.MODES, "live")
        for place in range(count):
            make_labelled(f"LS-{place}")
        with django_assert_max_num_queries(6):
            assert queue_handovers(at=timezone.now()) == count
        assert queue_handovers(at=timezone.now()) == 0


class TestByFolder:
    def test_both_labels_are_laid_down_whole_and_read_again(self, world: World, folder: Path):
        order = picked(world)
        parcel = make_labelled(order.number)

        assert tasks.hand_labels() == {"done": 1}

        names = [f"{order.number}-{parcel.tracking_number}.{form}" for form in ("pdf", "zpl")]
        assert sorted(path.name for path in folder.iterdir()) == names
        told = handing(parcel).receipt["files"]
        assert told == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}

    def test_what_lies_there_already_is_left_as_it_is(self, world: World, folder: Path):
        order = picked(world)
        parcel = make_labelled(order.number)
        tasks.hand_labels()
        before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
        Intent.objects.filter(kind=KIND).update(state=Intent.State.READY)

        assert tasks.hand_labels() == {"already": 1}
        assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
        assert parcel.tracking_number in next(iter(before))

    def test_a_folder_that_is_not_there_is_tried_again_later_and_says_so(self, world: World, folder: Path):
        parcel = make_labelled(picked(world).number)
        folder.rmdir()

        assert tasks.hand_labels() == {"later": 1}
        assert "LABELS_FOLDER" in handed_of([parcel])[parcel.pk].why

    def test_a_label_that_replaces_another_withdraws_it(self, world: World, folder: Path):
        order = picked(world)
        old = make_labelled(order.number)
        tasks.hand_labels()
        Parcel.objects.filter(pk=old.pk).update(state="void", void_at=timezone.now())
        new = make_labelled(order.number)

        tasks.hand_labels()

        names = {path.name for path in folder.iterdir()}
        assert names == {f"{order.number}-{new.tracking_number}.{form}" for form in ("pdf", "zpl")} | {
            f"{order.number}-{old.tracking_number}.void"
        }
        assert f"Use {new.tracking_number} instead" in (folder / f"{order.number}-{old.tracking_number}.void").read_text()

    @pytest.mark.parametrize("number", ["../../etc/LS", "LS/1", ".hidden", "LS 1"])
    def test_an_order_number_never_leads_out_of_the_folder(self, world: World, folder: Path, number):
        parcel = make_labelled(picked(world).number)
        Parcel.objects.filter(pk=parcel.pk).update(order_number=number)

        tasks.hand_labels()

        assert not (folder.parent / "etc").exists()
        assert all(path.parent == folder for path in folder.rglob("*.pdf"))

    def test_in_observe_mode_nothing_is_laid_down(self, world: World, folder: Path, settings):
        make_labelled(picked(world).number)
        settings.MODES = dict.fromkeys(settings.MODES, "observe")
        assert (tasks.hand_labels(), list(folder.iterdir())) == ({}, [])


class TestAgain:
    def refused(self, world: World, settings) -> Parcel:
        parcel = make_labelled(picked(world).number)
        settings.DESK_URL = ""
        tasks.hand_labels()
        settings.DESK_URL = "https://desk.test"
        return parcel

    def test_what_could_not_be_told_is_told_once_a_person_says_so(self, world: World, field, settings):
        parcel = self.refused(world, settings)
        assert tasks.hand_labels() == {}

        assert hand_again([parcel.pk], actor="system:test", at=timezone.now()) == 1
        assert hand_again([parcel.pk], actor="system:test", at=timezone.now()) == 0  # it is on its way
        assert tasks.hand_labels() == {"done": 1}
        assert hand_again([parcel.pk], actor="system:test", at=timezone.now()) == 0  # it is there

    def test_on_the_page_of_labels_too(self, world: World, field, settings):
        parcel = self.refused(world, settings)
        user = User.objects.create_user("lead")
        user.user_permissions.set(Permission.objects.filter(codename__in=["view_parcel", "retry_parcel"]))
        client = Client()
        client.force_login(user)
        page = client.get("/labels/").content.decode()
        assert "Tell ACS again of 1 label" in page
        assert "Set DESK_URL" in page

        answer = client.post("/labels/hand/", {"parcel": [parcel.pk]}, follow=True)

        assert "ACS is told again of 1 label now." in answer.content.decode()
        assert "ACS has been told of these" in client.post("/labels/hand/", {"parcel": ["x"]}, follow=True).content.decode()

    def test_where_acs_is_not_told_it_is_refused(self, settings):
        settings.LABELS_TO = "none"
        with pytest.raises(Refused, match="LABELS_TO"):
            hand_again([1], actor="system:test", at=timezone.now())


@pytest.mark.postgres
@pytest.mark.timeout(120)
@pytest.mark.django_db(transaction=True)
def test_many_ask_and_hand_over_at_once_and_acs_is_told_once(world: World, field, race):
    from contextvars import copy_context

    order = picked(world)
    parcel, puts = make_labelled(order.number), world.acs[order.number]["puts"]

    outcomes = race(lambda context: context.run(tasks.hand_labels), [copy_context() for _ in range(4)])

    assert set(outcomes) == {"ok"}
    assert (at_acs(world, order), world.acs[order.number]["puts"] - puts) == (address(parcel), 1)
    assert Intent.objects.filter(kind=KIND).count() == 1
