"""Trying a setting on stored decisions: what is foretold is what then happens."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django_q.models import OrmQ

from config.bench.harness import statements
from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from exceptions_queue.models import AuditEntry
from inventory.models import Product
from inventory.queries import locker_size, rows
from orders import tasks
from orders.actions import replaying, review_many
from orders.actions.outcomes import Refused
from orders.actions.rulebook import STALE, publish, roll_back
from orders.models import GateDecision, Order, RuleReplay, RuleSetting
from orders.problems.cart import judge_cart
from orders.problems.replaying import decisions, replay
from orders.queries import rulebook
from orders.rules.replaying import Effect, effect
from orders.rules.settings import BY_KEY, DELIVERED
from tests.orders.builders import NOON, make_order, make_product

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def ines(goods):
    return User.objects.create_user("ines", first_name="Ines", last_name="Kowalski")


def boxes(weights: Sequence[int]) -> list[Order]:
    """One order for a rigid box of each weight in g, looked at once."""
    for weight in weights:
        make_product(f"BOX-{weight}", weight_g=weight, length_mm=300, width_mm=200, height_mm=70, rigid=True)
    orders = [make_order(sku=f"BOX-{weight}") for weight in weights]
    review_many([order.pk for order in orders], at=NOON)
    return orders


def attempt(key: str, value: object, actor, *, days: int = 30) -> RuleReplay:
    return replaying.ask(BY_KEY[key], value, days=days, actor=actor, clock=lambda: LATER)


def standing() -> dict[str, str]:
    return dict(Order.objects.values_list("number", "state"))


def foretold(seen: RuleReplay, which: str) -> set[str]:
    return {number for number, _ in seen.result[f"first_{which}"]}


@pytest.mark.parametrize(
    ("passed", "now", "then", "expected"),
    [
        (True, [], ["A"], Effect.HELD),
        (False, ["A"], [], Effect.FREED),
        (False, ["A"], ["A", "B"], Effect.OTHER),
        (True, ["A"], ["A"], Effect.NONE),  # it was waived, and would be again
        (True, ["A"], ["A", "B"], Effect.HELD),
        (False, [], ["A"], Effect.OTHER),  # somebody held it by hand
        (False, [], [], Effect.NONE),
    ],
)
def test_the_effect_on_one_order(passed, now, then, expected):
    assert effect(passed=passed, now=now, then=then) is expected


def test_unchanged_settings_replay_to_the_very_same_verdicts(ines):
    boxes([2_000, 14_000, 14_900])
    faulty = [make_order(**facts) for facts in ({"mobile": ""}, {"postcode": "X"}, {"locker_id": ""}, {"delivery_method": "unknown"})]
    hire = make_order(is_hire=True, event_on=NOON.date() - timedelta(days=1))
    review_many([order.pk for order in (*faulty, hire)], at=NOON)

    tally = replay(decisions(since=NOON, until=LATER), now=DELIVERED, then=DELIVERED)

    assert (tally.looked_at, tally.drifted, tally.erased, tally.older, tally.orders) == (8, 0, 0, 0, {})


def test_what_is_foretold_of_a_tighter_rule_is_what_the_next_run_does(ines):
    orders = boxes([2_000, 9_000, 12_000, 14_900])
    before = standing()

    seen = attempt("parcel_weight_g", 10_000, ines)
    publish(seen, reason="Couriers asked", actor=ines, at=LATER)
    review_many([order.pk for order in orders], at=LATER)

    held = {number for number, state in standing().items() if state == "held" and before[number] != "held"}
    assert held == foretold(seen, "held") == {orders[2].number}
    assert (seen.result["held"], seen.result["freed"], seen.result["other"]) == (1, 0, 0)
    assert set(GateDecision.objects.filter(decided_at=LATER).values_list("rules_version", flat=True)) == {"2026.12+1"}


def test_what_is_foretold_of_a_looser_rule_is_what_the_next_run_does(ines):
    orders = boxes([2_000, 14_900])
    before = standing()

    seen = attempt("packing_g", 50, ines)
    publish(seen, reason="Thinner bags", actor=ines, at=LATER)
    review_many([order.pk for order in orders], at=LATER)

    let_go = {number for number, state in standing().items() if state == "ready" and before[number] == "held"}
    assert let_go == foretold(seen, "freed") == {orders[1].number}


@pytest.mark.parametrize(
    ("key", "value", "facts"),
    [
        ("hire_days", 3, {"is_hire": True, "event_on": NOON.date() + timedelta(days=2)}),
        ("served", ["GB", "GG", "JE"], {"country": "IM", "postcode": "IM1 1AA", "customs_contents": "Dress", "customs_value_pence": 1}),
        ("origin_zones", ["NI"], {"postcode": "BT1 5GS", "customs_contents": "Dress", "customs_value_pence": 1}),
    ],
)
def test_each_setting_holds_what_its_replay_says(ines, key, value, facts):
    Product.objects.update(origin_country="")
    order = make_order(**facts)
    review_many([order.pk], at=NOON)

    seen = attempt(key, value, ines)
    publish(seen, reason="To see", actor=ines, at=LATER)
    review_many([order.pk], at=LATER)

    order.refresh_from_db()
    assert (foretold(seen, "held"), order.state) == ({order.number}, "held")


def test_rolled_back_everything_is_judged_as_before(ines):
    orders = boxes([2_000, 12_000])
    before = standing()
    publish(attempt("parcel_weight_g", 10_000, ines), reason="Too heavy", actor=ines, at=LATER)
    review_many([order.pk for order in orders], at=LATER)

    row = roll_back(BY_KEY["parcel_weight_g"], version=1, reason="They can lift it", actor=ines, at=LATER)
    review_many([order.pk for order in orders], at=LATER)

    assert (row.version, row.value, row.in_force) == (2, 15_000, {"version": 2})
    assert standing() == before
    assert list(AuditEntry.objects.filter(verb__startswith="rule setting").order_by("pk").values_list("verb", "reason")) == [
        ("rule setting published", "Too heavy"),
        ("rule setting rolled back", "They can lift it"),
    ]


def test_a_publication_has_the_open_orders_checked_again(ines):
    boxes([12_000])
    seen = attempt("parcel_weight_g", 10_000, ines)

    publish(seen, reason="Too heavy", actor=ines, at=LATER)

    assert [task.func() for task in OrmQ.objects.all()].count("orders.tasks.recheck_open") == 1


def test_products_and_the_shop_follow_what_was_published_and_what_was_rolled_back(ines):
    boxes([12_000])
    sku = Product.objects.filter(weight_g=12_000).values_list("sku", flat=True).get()
    told = [locker_size_of(sku)]
    publish(attempt("parcel_weight_g", 10_000, ines), reason="Too heavy", actor=ines, at=LATER)
    told.append(locker_size_of(sku))

    roll_back(BY_KEY["parcel_weight_g"], version=1, reason="They can lift it", actor=ines, at=LATER)

    told.append(locker_size_of(sku))
    assert told == ["A", "none", "A"]


def locker_size_of(sku: str) -> str:
    return rows().filter(sku=sku).values_list(locker_size(), flat=True).get()


def test_the_checkout_reads_the_same_settings(ines):
    boxes([12_000])
    publish(attempt("parcel_weight_g", 10_000, ines), reason="Too heavy", actor=ines, at=LATER)

    assert [reason.code for reason in judge_cart([("BOX-12000", 1)]).reasons] == ["VAL-OVERSIZE"]


def test_the_last_decision_on_an_order_is_the_one_that_counts(ines):
    (order,) = boxes([12_000])
    Product.objects.filter(sku="BOX-12000").update(weight_g=8_000)
    review_many([order.pk], at=NOON + timedelta(minutes=5))

    seen = attempt("parcel_weight_g", 10_000, ines)

    assert (seen.looked_at, seen.result["held"]) == (2, 0)


def test_erased_and_older_decisions_are_counted_and_not_replayed(ines):
    boxes([2_000, 12_000, 12_500, 13_000])
    erased, marked, older, whole = GateDecision.objects.order_by("pk")
    GateDecision.objects.filter(pk=erased.pk).update(inputs={})
    GateDecision.objects.filter(pk=marked.pk).update(inputs=marked.inputs | {"erased": True})
    del older.inputs["method"]
    older.save()

    seen = attempt("parcel_weight_g", 10_000, ines)

    assert (seen.looked_at, seen.result["erased"], seen.result["older"]) == (4, 2, 1)
    assert foretold(seen, "held") == {whole.inputs["number"]}


def test_a_verdict_that_the_rules_no_longer_reach_is_counted(ines):
    boxes([2_000])
    GateDecision.objects.update(findings={"VAL-EMAIL": {"field": "email", "fault": "missing"}})

    assert attempt("packing_g", 100, ines).result["drifted"] == 1


def test_an_order_that_failed_later_is_named_so(ines):
    orders = boxes([12_000, 12_500])
    card = desk.Card(label=str(orders[0]), url="/", order_number=orders[0].number)
    found = [desk.Finding(orders[0].pk, {Code.LBL_FAILED: {"fault": "refused"}}, card)]
    desk.reconcile_many(Order, found, scope=frozenset({Code.LBL_FAILED}), at=NOON)

    seen = attempt("parcel_weight_g", 10_000, ines)

    assert seen.result["held_failed"] == 1
    assert [orders[0].number, True] in seen.result["first_held"]
    assert [orders[1].number, False] in seen.result["first_held"]


def test_only_the_days_asked_for_are_looked_at(ines):
    boxes([12_000])
    GateDecision.objects.update(decided_at=LATER - timedelta(days=40))

    assert (attempt("parcel_weight_g", 10_000, ines).looked_at, attempt("parcel_weight_g", 10_000, ines, days=90).looked_at) == (0, 1)


def test_the_value_in_force_is_not_tried(ines):
    with pytest.raises(Refused, match="already"):
        attempt("packing_g", 150, ines)


def test_what_was_seen_before_somebody_published_is_stale(ines):
    seen, other = attempt("packing_g", 100, ines), attempt("hire_days", 1, ines)
    publish(other, reason="Hires", actor=ines, at=LATER)

    with pytest.raises(Refused) as refused:
        publish(seen, reason="Bags", actor=ines, at=LATER)

    assert refused.value.sentence == STALE
    assert RuleSetting.objects.count() == 1


def test_yesterdays_replay_is_not_published(ines):
    seen = attempt("packing_g", 100, ines)

    with pytest.raises(Refused, match="more than a day old"):
        publish(seen, reason="Bags", actor=ines, at=LATER + timedelta(days=2))


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_a_reason_is_asked_for(ines, reason):
    seen = attempt("packing_g", 100, ines)

    with pytest.raises(Refused):
        publish(seen, reason=reason, actor=ines, at=LATER)

    assert not RuleSetting.objects.exists()


def test_there_is_nothing_to_roll_back_before_a_publication(ines):
    with pytest.raises(Refused, match="nothing to go back to"):
        roll_back(BY_KEY["packing_g"], version=0, reason="Why not", actor=ines, at=LATER)


def test_two_settings_stand_side_by_side(ines):
    publish(attempt("packing_g", 100, ines), reason="Bags", actor=ines, at=LATER)
    publish(attempt("served", ["GB"], ines), reason="No islands", actor=ines, at=LATER)

    stands = rulebook.in_force()

    assert (stands.version, stands.packing_g, stands.served) == (2, 100, {"GB", "UK"})


def test_many_decisions_are_left_to_a_worker_and_done_once(ines, monkeypatch):
    monkeypatch.setattr(replaying, "AT_ONCE", 1)
    boxes([12_000, 12_500])

    seen = attempt("parcel_weight_g", 10_000, ines)
    waiting = (seen.state, [task.func() for task in OrmQ.objects.all()].count("orders.tasks.replay_rules"))
    first, again = tasks.replay_rules(), tasks.replay_rules()

    seen.refresh_from_db()
    assert waiting == ("queued", 1)
    assert (first, again) == ({"replayed": 1}, {"replayed": 0})
    assert (seen.state, seen.looked_at, seen.result["held"]) == ("done", 2, 2)


def test_a_replay_that_no_worker_can_finish_is_given_up(ines):
    long_ago = LATER - timedelta(hours=1)
    RuleReplay.objects.create(
        key="packing_g", value=100, base_version=0, days=30, asked_at=long_ago, state="running", started_at=long_ago, attempts=3
    )

    assert replaying.work_off(clock=lambda: LATER) == {"replayed": 0}
    assert RuleReplay.objects.get().state == "failed"


@pytest.mark.parametrize("rows", [3, 30])
def test_any_number_of_decisions_costs_the_same_statements(ines, rows):
    boxes([11_000 + 10 * n for n in range(rows)])

    with statements() as asked:
        seen = attempt("parcel_weight_g", 10_000, ines)

    assert seen.result["held"] == rows
    assert asked.count == 8


def test_chunks_go_on_where_the_last_one_ended(ines, monkeypatch):
    monkeypatch.setattr("orders.problems.replaying.CHUNK", 2)
    boxes([11_000, 12_000, 13_000, 13_500, 14_000])  # all decided in the same instant

    heard: list[int] = []
    tally = replay(
        decisions(since=NOON, until=LATER),
        now=DELIVERED,
        then=DELIVERED.but("parcel_weight_g", 10_000),
        go_on=lambda count: not heard.append(count),
    )

    assert (heard, len(tally.orders)) == ([2, 4, 5], 5)


def test_out_of_time_it_answers_with_what_it_has_seen(ines, monkeypatch):
    monkeypatch.setattr("orders.problems.replaying.CHUNK", 2)
    boxes([11_000, 12_000, 13_000])
    minutes = iter(range(100))

    seen = replaying.ask(BY_KEY["parcel_weight_g"], 10_000, days=30, actor=ines, clock=lambda: LATER + timedelta(minutes=2 * next(minutes)))

    assert (seen.state, seen.total, seen.looked_at, seen.result["held"]) == ("done", 3, 2, 2)
