"""A label is replaced: the old one is void and its address stops working, the next carries what the order says now, ACS is told."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from lockers import tasks as lockers
from lockers.actions import Refused as NotNow
from lockers.models import LabelAttempt, Parcel
from lockers.queries.addresses import path_of
from lockers.rules.shipments import from_payload
from lockers.states import LIVE
from orders import tasks
from orders.actions.outcomes import Refused
from orders.actions.replacing import replace_label
from orders.models import Order
from orders.states import AcsStatus, OrderState
from partners.models import Intent
from partners.sandbox.world import World
from tests.lockers.labelled import make_labelled, put_on_manifest
from tests.lockers.shipping import spoken_to
from tests.orders.builders import NOON, make_order, make_shopfloor
from tests.orders.test_handing import address, at_acs, picked

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(settings, db) -> None:
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()


def labelled_order(**facts: object) -> tuple[Order, Parcel]:
    standing = {"state": OrderState.RELEASED, "released_at": NOON, "release_claimed_at": NOON, "acs_status": AcsStatus.PICK_CONFIRMED}
    order = make_order(**standing | facts)
    return order, make_labelled(order.number)


def replace(parcel: Parcel, why: str = "Torn", *, version: int | None = None) -> Parcel:
    return replace_label(parcel, why=why, actor="system:test", at=timezone.now(), version=version or parcel.version)


class TestReplacing:
    def test_the_old_one_is_void_and_the_next_says_what_the_order_says_now(self, live):
        order, old = labelled_order()
        Order.objects.filter(pk=order.pk).update(mobile="07712 345 069")

        new = replace(old)

        old.refresh_from_db()
        assert (old.state, old.void_why, new.revision, new.state) == ("void", "Torn", 2, "label_pending")
        asked = Intent.objects.get(kind="make-label", business_id=f"{order.number}/2")
        assert from_payload(asked.payload["shipment"]).mobile_e164 == "+447712345069"
        assert AuditEntry.objects.get(verb="parcel void").reason == "Torn"
        assert Client().get(path_of(old.pk)).status_code == 410

    def test_needs_a_reason(self, live):
        _, parcel = labelled_order()
        with pytest.raises(NotNow, match="Say why"):
            replace(parcel, " ")
        assert Parcel.objects.get().state == "labelled"

    def test_a_stale_page_changes_nothing(self, live):
        _, parcel = labelled_order()
        with pytest.raises(NotNow, match="colleague"):
            replace(parcel, version=parcel.version + 1)
        assert Parcel.objects.get().state == "labelled"

    def test_not_on_a_closed_manifest(self, live):
        _, parcel = labelled_order()
        put_on_manifest(parcel, closed_at=timezone.now())
        with pytest.raises(Refused, match=r"manifest closed at .* Reopen the manifest first"):
            replace(parcel)

    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            ({"handed_over_at": NOON}, "InPost scanned this parcel"),
            ({"made_by": "acs"}, "ACS made this label"),
            ({"state": "void"}, "void already"),
        ],
    )
    def test_not_where_it_would_do_harm(self, live, facts, said):
        _, parcel = labelled_order()
        Parcel.objects.update(**facts)
        with pytest.raises(Refused, match=said):
            replace(parcel)
        assert Parcel.objects.count() == 1

    def test_not_in_observe_mode(self, live, settings):
        _, parcel = labelled_order()
        settings.MODES = dict.fromkeys(settings.MODES, "observe")
        with pytest.raises(Refused, match="MODE_INPOST"):
            replace(parcel)

    def test_not_with_an_order_that_would_fail_again(self, live):
        order, parcel = labelled_order()
        Order.objects.filter(pk=order.pk).update(mobile="")
        with pytest.raises(Refused, match="not right yet"):
            replace(parcel)
        assert Parcel.objects.get().state == "labelled"

    def test_not_once_the_order_is_no_longer_with_acs(self, live):
        order, parcel = labelled_order()
        Order.objects.filter(pk=order.pk).update(state=OrderState.CANCELLED)
        with pytest.raises(Refused, match="no longer with ACS"):
            replace(parcel)


def test_acs_is_told_of_the_new_one_in_place_of_the_old(world: World, settings):
    settings.LABELS_TO, settings.DESK_URL = "field", "https://desk.test"
    order = picked(world)
    old = make_labelled(order.number)
    tasks.hand_labels()
    assert at_acs(world, order) == address(old)

    new = replace(old)
    Intent.objects.filter(kind="make-label").update(next_at=timezone.now() - timedelta(seconds=1))
    with spoken_to(settings):
        lockers.make_labels()
    tasks.hand_labels()

    new.refresh_from_db()
    assert (new.state, at_acs(world, order)) == ("labelled", address(new))
    assert Client().get(path_of(new.pk)).status_code == 200


class TestPage:
    @pytest.fixture
    def lead(self) -> Client:
        user = User.objects.create_user("lead")
        user.user_permissions.set(Permission.objects.filter(codename__in=["view_parcel", "view_order", "replace_parcel"]))
        client = Client()
        client.force_login(user)
        return client

    def test_says_in_dry_words_what_happens_and_does_it(self, live, lead):
        _, old = labelled_order()
        page = lead.get(f"/labels/{old.pk}/replace/").content.decode()
        assert "InPost has no way to cancel it" in page

        answer = lead.post(f"/labels/{old.pk}/replace/", {"version": old.version, "reason": "Torn"}, follow=True)

        new = Parcel.objects.get(state="label_pending")
        assert answer.redirect_chain[-1][0] == f"/labels/{new.pk}/"
        assert "is void here" in answer.content.decode()

    @pytest.mark.parametrize(("to", "said"), [("none", "Tell ACS of the new one yourself"), ("field", "ACS is told of the new one")])
    def test_promises_only_what_will_happen(self, live, lead, settings, to, said):
        settings.LABELS_TO = to
        _, parcel = labelled_order()
        assert said in lead.get(f"/labels/{parcel.pk}/replace/").content.decode()

    @pytest.mark.parametrize("said", [{}, {"reason": "Torn"}, {"reason": " ", "version": "1"}, {"reason": "x" * 201, "version": "1"}])
    def test_what_is_missing_is_said_and_nothing_changes(self, live, lead, said):
        _, parcel = labelled_order()
        assert lead.post(f"/labels/{parcel.pk}/replace/", said).status_code == 422
        assert Parcel.objects.get().state == "labelled"

    def test_where_it_cannot_be_the_reason_stands_in_place_of_the_form(self, live, lead):
        _, parcel = labelled_order()
        put_on_manifest(parcel, closed_at=timezone.now())
        page = lead.get(f"/labels/{parcel.pk}/replace/").content.decode()
        assert "Reopen the manifest first" in page
        assert "Why is it replaced?" not in page
        assert lead.post(f"/labels/{parcel.pk}/replace/", {"version": parcel.version, "reason": "Torn"}).status_code == 409

    def test_the_order_shows_its_labels(self, live, lead):
        order, parcel = labelled_order()
        page = lead.get(f"/orders/{order.number}/").content.decode()
        assert f"/labels/{parcel.pk}/replace/" in page


@pytest.mark.postgres
@pytest.mark.timeout(120)
@pytest.mark.django_db(transaction=True)
def test_two_who_replace_one_label_make_one_successor(live, race):
    from contextvars import copy_context

    order, parcel = labelled_order()

    outcomes = race(lambda context: context.run(replace, parcel), [copy_context() for _ in range(4)])

    assert sorted(outcomes) == ["Refused", "Refused", "Refused", "ok"]
    assert Parcel.objects.filter(order_number=order.number, state__in=LIVE).count() == 1
    assert LabelAttempt.objects.filter(parcel__state="label_pending").count() == 1
