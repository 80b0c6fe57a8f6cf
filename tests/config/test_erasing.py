"""A customer who asks is erased from every room, and nothing the shop sends afterwards brings them back."""

import json
from datetime import timedelta
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from config import tasks
from config.erasing import erase_what_had_its_time
from config.running import run_feed
from exceptions_queue.models import AuditEntry, CaseNote, ExceptionCase
from lockers.models import Label, Parcel
from orders import invariants
from orders.models import Erasure, GateDecision, Order
from partners import inbox
from partners.models import InboxMessage, Intent, RawPayload, RejectedRecord, RetentionPeriod
from partners.outbox import payload_hash
from tests.callers import person
from tests.config.canary import EMAIL, FIRST, LAST, MOBILE, body, signs_in, tables_with_her
from tests.config.erased import NUMBER, end, known_everywhere, long_ago, tell
from tests.orders.builders import make_order, make_shopfloor

pytestmark = pytest.mark.django_db
GUARD = import_module("orders.migrations.0019_erasing")
WHY = "Asked by letter on 3 November, ticket 4711"


@pytest.fixture
def shop(settings, tmp_path: Path) -> Path:
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    settings.STORE, settings.STORE_FOLDER = "folder", str(tmp_path)
    return tmp_path


@pytest.fixture
def known(shop: Path) -> Order:
    return known_everywhere(shop)


def erase(who: str = NUMBER, *more: str, reason: str = WHY) -> str:
    said = StringIO()
    call_command("erase_customer", who, "--reason", reason, *more, stdout=said)
    return said.getvalue()


class TestNowhere:
    def test_she_is_everywhere_before_and_nowhere_after(self, known):
        before = tables_with_her()

        erase()

        assert {"orders_order", "orders_gatedecision", "orders_customermessage", "partners_rawpayload", "lockers_label"} <= set(before)
        assert {"partners_intent", "partners_inboxmessage", "partners_rejectedrecord", "exceptions_queue_casenote"} <= set(before)
        assert {"exceptions_queue_hold", "exceptions_queue_alert", "returns_returnitem", "orders_consolidation", "done"} <= set(before)
        assert tables_with_her() == {}

    @pytest.mark.parametrize("changed", [{}, {"updatedAt": "2031-01-01T00:00:00Z"}, {"updatedAt": "2031-01-01T00:00:00Z", "total": "1.00"}])
    def test_what_the_shop_sends_again_does_not_bring_her_back(self, known, shop, changed):
        erase()

        tell(shop, **changed)
        run_feed("store.orders", full=True)

        assert tables_with_her() == {}
        assert Order.objects.get(number=NUMBER).version == known.version + 1

    def test_nor_does_a_record_that_cannot_be_read(self, known, shop):
        erase()

        tell(shop, updatedAt="2031-01-01T00:00:00Z", total="many pounds")

        assert RejectedRecord.objects.filter(key=NUMBER, solved_at=None).exists()
        assert tables_with_her() == {}

    def test_nor_does_a_message_of_the_shop(self, known):
        erase()
        inbox.receive("shopify", "d-2", body=json.dumps(body()).encode(), at=timezone.now(), topic="orders/updated")

        tasks.orders.read_hints()

        assert bytes(InboxMessage.objects.get(delivery_id="d-2").raw_body) == b""
        assert tables_with_her() == {}

    def test_nor_is_she_in_a_log_or_an_answer(self, known, shop, capsys, caplog):
        caplog.set_level("DEBUG")
        said = erase() + erase()
        tell(shop, updatedAt="2031-01-01T00:00:00Z")
        logged = capsys.readouterr()

        assert signs_in(said + logged.out + logged.err + caplog.text) == []

    @pytest.mark.parametrize(
        "page",
        [
            f"/orders/{NUMBER}/",
            "/orders/",
            "/queue/?state=closed",
            "/queue/export.csv",
            "/collections/export.csv",
            "/audit/",
            "/audit/export.csv",
            "/returns/R-1/",
        ],
    )
    def test_nor_on_a_page_or_in_an_export(self, known, client, page):
        erase()
        client.force_login(person("integration" if page.startswith("/audit/") else "cx", "reader"))

        answer = client.get(page)
        shown = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()

        assert signs_in(shown) == []


class TestWhatStays:
    def test_what_was_sold_and_decided_stays(self, known):
        verdicts = list(GateDecision.objects.order_by("pk").values_list("gate", "passed", "inputs_hash"))

        erase()

        order = Order.objects.get(number=NUMBER)
        assert (order.total_pence, order.postcode, order.country, order.locker_id) == (8400, "ZE2", "GB", "UK00000904")
        assert list(order.lines.values_list("sku", "quantity", "unit_price_pence")) == [("DRS-0012-10", 1, 8400)]
        assert list(GateDecision.objects.order_by("pk").values_list("gate", "passed", "inputs_hash")) == verdicts
        assert Parcel.objects.filter(order_number=NUMBER, point_id="UK00000904").exists()
        assert (Label.objects.count(), CaseNote.objects.get().text) == (0, "[erased]")

    def test_its_decisions_cannot_be_replayed_and_say_why(self, known):
        erase()

        assert {tuple(inputs) for inputs in GateDecision.objects.values_list("inputs", flat=True)} == {("erased",)}

    def test_other_customers_keep_everything(self, known):
        other = make_order(number="LS-90002", email="else@example.com", note="Leave it with Ada")

        erase()

        other.refresh_from_db()
        assert (other.first_name, other.note, other.erased_at) == ("Ada", "Leave it with Ada", None)

    def test_the_invariants_hold_and_notice_who_comes_back(self, known):
        erase()
        assert invariants.the_erased_stay_erased(timezone.now()) == []

        Order.objects.filter(number=NUMBER).update(mobile=MOBILE)

        assert invariants.the_erased_stay_erased(timezone.now()) == [f"order {NUMBER} was erased and names somebody again"]

    def test_content_and_hash_of_what_was_asked_of_acs_still_agree(self, known):
        erase()

        assert all(intent.payload_hash == payload_hash(intent.payload) for intent in Intent.objects.all())


class TestReceipts:
    def test_one_receipt_says_how_much_and_why_and_not_whom(self, known):
        person("integration", "ines")

        erase(NUMBER, "--by", "ines")

        receipt = Erasure.objects.get()
        assert (receipt.orders, receipt.reason, receipt.asked_by) == (1, WHY, "ines")
        assert receipt.counts["labels"] == 2
        assert AuditEntry.objects.get(verb="customer data erased").actor_label == "ines"
        assert AuditEntry.objects.get(verb="customer erased").subject_label == NUMBER

    @pytest.mark.parametrize("who", [NUMBER, EMAIL, EMAIL.upper()])
    def test_asked_twice_nothing_more_is_done(self, known, who):
        erase()
        before = Order.objects.values().get(number=NUMBER)

        said = erase(who)

        assert "Erased before" in said
        assert (Order.objects.values().get(number=NUMBER), Erasure.objects.count()) == (before, 1)

    @pytest.mark.parametrize("act", ["UPDATE orders_erasure SET reason = 'x'", "DELETE FROM orders_erasure"])
    def test_the_database_refuses_to_change_a_receipt(self, act):
        GUARD.install_triggers(connection.schema_editor())
        Erasure.objects.create(orders=1, reason="Asked", asked_by="ines", at=timezone.now())

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act)

    def test_as_json_it_says_the_same(self, known):
        told = json.loads(erase(NUMBER, "--json").splitlines()[-1])

        assert (told["erased"], told["orders"], told["counts"]["labels"]) == (True, 1, 2)


class TestWho:
    def test_all_orders_of_the_customer_go_by_one_of_them(self, known, shop):
        tell(shop, "LS-90002")
        end(Order.objects.get(number="LS-90002"))

        erase("LS-90002")

        assert Order.objects.filter(erased_at=None).count() == 0
        assert Erasure.objects.get().orders == 2

    def test_a_later_order_of_theirs_is_another_contract(self, known, shop):
        erase(EMAIL)

        tell(shop, "LS-90003")

        later = Order.objects.get(number="LS-90003")
        assert (later.first_name, later.erased_at) == (FIRST, None)

    @pytest.mark.parametrize("who", ["LS-404", "nobody@example.com"])
    def test_nobody_by_that_name_is_said_and_is_a_failure(self, db, who):
        with pytest.raises(CommandError, match="No order is known") as refused:
            erase(who)

        assert refused.value.returncode == 1

    @pytest.mark.parametrize("reason", [" ", "x" * 301, f"{FIRST} {LAST} asked", f"Rang from {MOBILE}", f"Wrote from {EMAIL}"])
    def test_a_reason_that_is_none_or_says_whom_is_refused(self, known, reason):
        with pytest.raises(CommandError):
            erase(reason=reason)

        assert (Order.objects.get(number=NUMBER).email, Erasure.objects.count()) == (EMAIL, 0)

    def test_an_unknown_colleague_decides_nothing(self, known):
        with pytest.raises(CommandError, match="no active user"):
            erase(NUMBER, "--by", "nobody")


class TestTooEarly:
    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({"state": "received"}, "has not been sent"),
            ({"state": "released", "acs_status": "picking"}, "is at ACS"),
            ({"state": "released", "acs_status": "despatched"}, "--even-open"),
        ],
    )
    def test_who_still_waits_for_something_is_not_erased(self, db, facts, sentence):
        make_shopfloor()
        order = make_order(released_at=timezone.now(), **facts)

        with pytest.raises(CommandError, match=sentence):
            erase(order.number)

        order.refresh_from_db()
        assert (order.first_name, Erasure.objects.count()) == ("Ada", 0)

    def test_one_open_order_keeps_all_of_them(self, known, shop):
        tell(shop, "LS-90002")

        with pytest.raises(CommandError, match="LS-90002"):
            erase()

        assert Order.objects.get(number=NUMBER).email == EMAIL

    def test_what_is_on_its_way_goes_when_somebody_says_so(self, db):
        make_shopfloor()
        order = make_order(state="released", acs_status="despatched", released_at=timezone.now())

        erase(order.number, "--even-open")

        order.refresh_from_db()
        assert (order.first_name, order.state) == ("", "released")

    @pytest.mark.parametrize("business_id", [NUMBER, f"{NUMBER}/1", f"{NUMBER}:ready"])
    def test_nothing_is_erased_while_something_is_in_the_air(self, known, business_id):
        at = timezone.now()
        Intent.objects.create(kind="k", business_id=business_id, op_key="k", payload_hash="x", state="unknown", next_at=at, created_at=at)

        with pytest.raises(CommandError, match="being sent just now"):
            erase(NUMBER, "--even-open")

    def test_what_waits_to_be_sent_is_withdrawn(self, known):
        at = timezone.now()
        Intent.objects.filter(kind="acs_release").update(state="ready", ended_at=None)

        erase()

        assert not Intent.objects.filter(kind="acs_release", state="ready").exists()
        assert Intent.objects.filter(kind="acs_release", state="cancelled", ended_at__gte=at).exists()


class TestByNight:
    def test_who_ordered_is_forgotten_when_the_order_has_had_its_time(self, known):
        RawPayload.objects.all().delete()
        long_ago(known, 181)
        Parcel.objects.update(created_at=timezone.now() - timedelta(days=181))

        assert tasks.forget_customers() == {"orders": 1}

        order = Order.objects.get(number=NUMBER)
        assert (order.email, order.total_pence) == ("", 8400)
        assert (Erasure.objects.get().customer_key, Erasure.objects.get().orders) == ("", 1)
        assert tasks.forget_customers() == {"orders": 0}

    @pytest.mark.parametrize("what", ["order", "shop", "acs", "parcel"])
    def test_whatever_happened_since_keeps_it(self, known, what):
        long_ago(known, 181)
        Parcel.objects.update(created_at=timezone.now() - timedelta(days=181))
        recent = timezone.now() - timedelta(days=179)
        columns = {"order": "placed_at", "shop": "store_updated_at", "acs": "acs_status_since"}
        if what == "parcel":
            Parcel.objects.update(carriage_at=recent)
        else:
            Order.objects.update(**{columns[what]: recent})

        assert tasks.forget_customers() == {"orders": 0}

    @pytest.mark.parametrize("state", ["received", "held", "ready"])
    def test_an_order_that_still_waits_is_kept_however_old(self, db, state):
        make_shopfloor()
        order = make_order(state=state)
        long_ago(order, 400)

        assert tasks.forget_customers() == {"orders": 0}

    def test_the_period_is_the_admins(self, known):
        RetentionPeriod.objects.filter(what="customers").update(days=60)
        long_ago(known, 61)
        Parcel.objects.update(created_at=timezone.now() - timedelta(days=61))

        assert tasks.forget_customers() == {"orders": 1}

    def test_it_stops_when_its_time_is_up_and_goes_on_the_next_night(self, known):
        long_ago(known, 181)

        assert erase_what_had_its_time(clock=timezone.now, budget=timedelta(0)) == {"orders": 0}

    @pytest.mark.parametrize("count", [3, 30])
    def test_a_batch_costs_a_fixed_number_of_statements(self, db, count, django_assert_max_num_queries):
        make_shopfloor()
        for _ in range(count):
            long_ago(end(make_order()), 200)

        with django_assert_max_num_queries(60):
            assert tasks.forget_customers() == {"orders": count}


def test_a_case_does_not_know_the_customer_any_more(known):
    erase()

    assert set(ExceptionCase.objects.filter(order_number=NUMBER).values_list("customer_key", flat=True)) == {""}
