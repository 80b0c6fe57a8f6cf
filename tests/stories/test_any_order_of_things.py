"""Picks, labels, closings, events, retries and crashes in any order: what must always be true of parcels is true after each of them."""

import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from config.running import run_feed
from exceptions_queue import calendars
from lockers import tasks as lockers
from lockers.actions import Refused
from lockers.actions.manifests import keep_open, reopen
from lockers.models import Manifest, Parcel, TrackingEvent
from lockers.rules import tracking
from lockers.states import LIVE, ParcelState
from lockers.sync.tracking import FACTS
from orders import tasks
from orders.actions import closing
from orders.actions.labelling import retry_labels
from orders.actions.outcomes import Refused as NotNow
from orders.actions.replacing import replace_label
from orders.models import GateDecision, Order
from orders.states import Destination, OrderState
from partners import connect, inbox
from partners.errors import PartnerError
from partners.queries.doors import CARRIER
from partners.sandbox import picking
from partners.sandbox.server import Sandbox, settings_for
from partners.sandbox.shop import open_shop
from partners.sandbox.world import World
from tests.exceptions_queue.builders import make_user
from tests.orders.builders import make_methods

START = datetime(2026, 6, 9, 7, 0, tzinfo=UTC)  # a Tuesday, 08:00 in London
LABEL_FAULTS = ("accept_then_timeout", "500", "429", "not_a_pdf", "empty_200", "html_502")
PARTNERS = ("acs", "inpost", "points", "store")


class Crashed(BaseException):
    """The process dies here: nothing of ours may catch it."""


class Line:
    """The wire to the make-believe partners, which a crash can cut before or after the partner did what was asked."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.crash_after, self.deliver = sandbox, 0, False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.crash_after -= 1
        if self.crash_after != 0:
            return self.sandbox(environ, start_response)
        if self.deliver:
            list(self.sandbox(environ, lambda *_: None))
        raise Crashed


def some(**facts: Any) -> Callable[[Any], bool]:
    """Is there a parcel of which this is true? Keeps hypothesis from doing what could have no effect."""
    return lambda machine: hasattr(machine, "numbers") and Parcel.objects.filter(**facts).exists()


def begun(machine: Any) -> bool:
    return hasattr(machine, "numbers")


WELL = [""] * 6  # most calls go well; with as many faults as kinds of them nothing would ever come to an end


def world_of() -> World:
    return World(seed=7, orders=24, lockers=80, start=START)


class Parcels(RuleBasedStateMachine):
    """Four locker orders at ACS, a warehouse that closes manifests, and everything that can come between."""

    stood: dict[str, Any]  # what ACS held when the orders had just been released
    reached: set[str]  # every state and carriage that a parcel was seen in, over all examples

    @initialize(labelled=st.booleans())
    def morning(self, labelled: bool) -> None:
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()
        self.savepoint = transaction.savepoint()
        self.sandbox = Sandbox(world_of())
        self.sandbox.world.acs.update(deepcopy(self.stood))
        self.line = Line(self.sandbox)
        self.lead = make_user("lead")
        ours = Order.objects.filter(state=OrderState.RELEASED, destination=Destination.LOCKER).order_by("number")
        self.numbers = list(ours.values_list("number", flat=True)[:4])
        if labelled:
            self.labels_are_made("", 0, deliver=False)

    def teardown(self) -> None:
        if not hasattr(self, "clock"):
            return
        try:
            for came_hours_ago in (30, 200, 200):  # what the courier takes on the first of them has only reached its locker
                self.a_day_on_which_all_goes_well(came_hours_ago)
            self.every_parcel_left_once()
            self.any_arrival_ends_the_same()
        finally:
            transaction.savepoint_rollback(self.savepoint)
            self.clock.stop()

    # --- what may happen ------------------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 3), to=st.sampled_from(["Pick Confirmed", "Packed"]))
    def acs_works(self, which: int, to: str) -> None:
        self.control("/acs/work", {"orders": [self.numbers[which]], "to": to})
        self.do(lambda: run_feed("acs.orders"))

    @rule(fault=st.sampled_from([*WELL, *LABEL_FAULTS]), crash=st.sampled_from([0] * 6 + [1, 2, 3]), deliver=st.booleans())
    def labels_are_made(self, fault: str, crash: int, deliver: bool) -> None:
        if fault:
            self.control("/faults", {"partner": "inpost", "kind": fault, "times": 1, "path": "/shipping"})
        tasks.ask_for_labels()
        self.do(lockers.make_labels, crash=crash, deliver=deliver)
        self.control("/faults/clear", {})

    @precondition(some(state=ParcelState.LABEL_PENDING))
    @rule()
    def failed_labels_are_tried_again(self) -> None:
        pending = Parcel.objects.filter(state=ParcelState.LABEL_PENDING).order_by("pk")
        retry_labels(pending, actor=self.lead, at=timezone.now())

    @precondition(some(state__in=LIVE))
    @rule(which=st.integers(0, 3))
    def a_label_is_replaced(self, which: int) -> None:
        live = list(Parcel.objects.filter(state__in=LIVE).order_by("pk"))
        parcel = live[which % len(live)]
        try:
            replace_label(parcel, why="Torn", actor=self.lead, at=timezone.now(), version=parcel.version)
        except (Refused, NotNow) as refused:
            self.told(str(refused))

    @rule(which=st.integers(0, 3), status=st.sampled_from(["Operating", "Operating", "NonOperating", "Overloaded"]), read=st.booleans())
    def a_locker_changes(self, which: int, status: str, read: bool) -> None:
        locker = Order.objects.get(number=self.numbers[which]).locker_id
        self.control(f"/points/{locker}", {"status": status})
        if read:
            self.do(lambda: run_feed("inpost.points"))
            tasks.keep_collections()

    @precondition(some(state=ParcelState.LABELLED))
    @rule(crash=st.sampled_from([0, 0, 0, 0, 1, 2]))
    def the_manifest_is_closed(self, crash: int) -> None:
        at = timezone.now()
        manifest = keep_open(calendars.default_clock(at=at), at=at)
        try:
            closing.ask_to_close(manifest, actor=self.lead, at=at, version=manifest.version)
        except Refused as refused:
            self.told(str(refused))
        self.do(tasks.close_manifests, crash=crash)

    @precondition(some(state=ParcelState.MANIFESTED))
    @rule(mistaken=st.sampled_from([True, False, False]))
    def a_closed_manifest_is_opened_again(self, mistaken: bool) -> None:
        manifest = Manifest.objects.filter(state="closed").order_by("-pk").first()
        if manifest is None or mistaken:
            return
        try:
            reopen(manifest, reason="A parcel was left behind", actor=self.lead, at=timezone.now(), version=manifest.version)
        except Refused as refused:
            self.told(str(refused))

    @precondition(some(state=ParcelState.MANIFESTED))
    @rule(hours_ago=st.sampled_from([200, 200, 60, 20, 0]))
    def the_courier_comes(self, hours_ago: int) -> None:
        on_it = list(Parcel.objects.filter(state=ParcelState.MANIFESTED).values_list("tracking_number", flat=True))
        self.control("/courier", {"numbers": on_it, "hours_ago": hours_ago})

    @precondition(some(labelled_at__isnull=False))
    @rule(seed=st.integers(0, 999), again=st.booleans())
    def inpost_tells(self, seed: int, again: bool) -> None:
        """Some of what it knows by now, in any order, some of it twice."""
        numbers = list(Parcel.objects.exclude(tracking_number="").values_list("tracking_number", flat=True))[:10]
        shown = self.do(lambda: connect.inpost().tracked(numbers)) or {}
        events = [raw for of_one in shown.values() for raw in of_one] * (2 if again else 1)
        random.Random(seed).shuffle(events)  # noqa: S311 - a shuffle, not a secret
        for place, raw in enumerate(events[: len(events) // 2 + 1]):
            inbox.receive(CARRIER, f"{seed}-{place}-{timezone.now()}", body=raw, at=timezone.now())
        tasks.follow_parcels()

    @precondition(some(labelled_at__isnull=False))
    @rule()
    def inpost_is_asked(self) -> None:
        self.do(lambda: run_feed("inpost.tracking"))
        tasks.follow_parcels()

    @precondition(some(state=ParcelState.MANIFESTED))
    @rule(crash=st.sampled_from([0, 0, 1, 2]), deliver=st.booleans())
    def the_shop_is_told(self, crash: int, deliver: bool) -> None:
        self.do(tasks.tell_shop, crash=crash, deliver=deliver)

    @rule(minutes=st.sampled_from([1, 10, 90, 600]))
    def time_passes(self, minutes: int) -> None:
        self.now.shift(timedelta(minutes=minutes))

    def a_day_on_which_all_goes_well(self, came_hours_ago: int) -> None:
        """Whatever happened before, nothing stays stuck."""
        self.now.shift(timedelta(days=1))
        for number in self.numbers:
            room = {"status": "Operating", "availability": dict.fromkeys("ABC", "NORMAL")}
            self.control(f"/points/{Order.objects.get(number=number).locker_id}", room)
        for number, to in ((number, to) for to in ("Pick Confirmed", "Packed") for number in self.numbers):
            self.control("/acs/work", {"orders": [number], "to": to})
        self.do(lambda: run_feed("inpost.points"))
        self.do(lambda: run_feed("acs.orders"))
        self.labels_are_made("", 0, deliver=False)
        if Parcel.objects.filter(state=ParcelState.LABEL_PENDING).exists():
            self.failed_labels_are_tried_again()
            self.labels_are_made("", 0, deliver=False)
        tasks.keep_collections()
        if Parcel.objects.filter(state=ParcelState.LABELLED).exists():
            self.the_manifest_is_closed(0)
        self.the_courier_comes(came_hours_ago)
        self.inpost_is_asked()
        self.the_shop_is_told(0, deliver=False)
        self.reached.update(*Parcel.objects.values_list("state", "carriage"))

    # --- what must be true ----------------------------------------------------------------------------------------------------

    @invariant()
    @precondition(begun)
    def one_live_parcel_per_order(self) -> None:
        live = Counter(Parcel.objects.filter(state__in=LIVE).values_list("order_number", flat=True))
        self.reached.update(*Parcel.objects.values_list("state", "carriage"))
        assert max(live.values(), default=0) <= 1

    @invariant()
    @precondition(begun)
    def inpost_made_one_shipment_for_each_parcel_of_ours_at_most(self) -> None:
        made = Counter(one["order"] for one in self.control("/inpost/shipments")["shipments"])
        ours = Counter(Parcel.objects.values_list("order_number", flat=True))
        assert {number: count for number, count in made.items() if count > ours[number]} == {}

    @invariant()
    @precondition(begun)
    def nothing_is_on_a_closed_manifest_that_did_not_pass_the_gate(self) -> None:
        for parcel in Parcel.objects.filter(state=ParcelState.MANIFESTED).select_related("manifest"):
            assert parcel.manifest is not None
            assert parcel.manifest.state == "closed"
            passed = GateDecision.objects.filter(order__number=parcel.order_number, gate=GateDecision.Gate.MANIFEST, passed=True)
            assert parcel.manifest_id in [decision.inputs["manifest"] for decision in passed]

    def every_parcel_left_once(self) -> None:
        live = Parcel.objects.filter(order_number__in=self.numbers, state__in=LIVE).order_by("order_number")
        assert [parcel.order_number for parcel in live] == self.numbers
        # One that was taken off a closed manifest after the courier had it has gone all the same: MAN-UNMATCHED says so.
        waiting = [parcel for parcel in live if parcel.state != ParcelState.MANIFESTED and parcel.handed_over_at is None]
        assert [(parcel.order_number, parcel.state, parcel.last_code) for parcel in waiting] == []
        told = [(one["order"], one["number"]) for one in self.control("/shopify/notifications")["notifications"]]
        assert {order for order, _ in told} <= set(self.numbers)
        assert len(set(told)) == len(told)

    def any_arrival_ends_the_same(self) -> None:
        for parcel in Parcel.objects.exclude(tracking_number=""):
            rows = TrackingEvent.objects.filter(tracking_number=parcel.tracking_number)
            events = [
                tracking.event(
                    row.event_id,
                    row.code,
                    row.happened_at,
                    point=row.place.get("id", "") if row.place.get("type") in ("LOCKER_POINT", "PUDO_POINT") else "",
                    new_point=row.new_point,
                    returning_number=row.returning_number,
                )
                for row in rows
            ]
            facts = tracking.fold(reversed(events * 2), sent_to=parcel.point_id)
            assert {name: getattr(parcel, name) for name in FACTS} == {name: getattr(facts, name) for name in FACTS}

    # --- how ------------------------------------------------------------------------------------------------------------------

    def do(self, act: Callable[[], Any], *, crash: int = 0, deliver: bool = False) -> Any:
        """Do it over the line, which may break; a crash ends the act where it stands."""
        self.line.crash_after, self.line.deliver = crash, deliver
        try:
            with connect.use(dict.fromkeys(PARTNERS, httpx.WSGITransport(app=self.line))):
                return act()
        except (Crashed, PartnerError):
            return None
        finally:
            self.line.crash_after = 0

    def told(self, sentence: str) -> None:
        assert sentence

    def control(self, path: str, said: dict[str, Any] | None = None) -> dict[str, Any]:
        body = json.dumps(said).encode() if said is not None else b""
        environ = {
            "REQUEST_METHOD": "GET" if said is None else "POST",
            "PATH_INFO": f"/_sandbox{path}",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        answer: dict[str, Any] = json.loads(b"".join(self.sandbox(environ, lambda *_: None)))
        assert "error" not in answer, answer
        return answer


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_any_interleaving_keeps_what_must_be_true(settings, tmp_path):
    """Four orders are released and three packed once; every example starts from there. Together they go all the way."""
    make_methods()
    with time_machine.travel(START, tick=False):
        sandbox = Sandbox(world_of())
        open_shop(sandbox.world, tmp_path)
        for name, value in settings_for("http://sandbox.test", tmp_path, "shopify").items():
            setattr(settings, name, value)
        settings.SANDBOX = True
        settings.MODES = dict.fromkeys(settings.MODES, "live")
        with connect.use(dict.fromkeys(PARTNERS, httpx.WSGITransport(app=sandbox))):
            for feed in ("products", "acs.setup", "inpost.points", "store.orders"):
                assert run_feed(feed).outcome == "ok"
            tasks.review_new()
            tasks.send_releases()
            at_acs = Order.objects.filter(state=OrderState.RELEASED, destination=Destination.LOCKER).order_by("number")
            picking.work(sandbox.world, {"orders": list(at_acs.values_list("number", flat=True)[:3]), "to": "Packed"})
            assert run_feed("acs.orders").changed
    Parcels.stood, Parcels.reached = deepcopy(sandbox.world.acs), set()

    run_state_machine_as_test(Parcels, settings=EXAMPLES)

    assert {"label_pending", "labelled", "manifested", "void", "in_locker", "collected"} <= Parcels.reached


EXAMPLES = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # a failure is long to shrink: run it with Phase.shrink by hand
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
