"""A house without a gap, and for each check of the system audit how a gap comes about and how it is mended."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.models import User

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from inventory.models import BufferRule, Level, Product
from lockers.models import TrackingEvent
from orders.actions.holding import extend_holds
from orders.models import GateDecision, IntegrityFinding, IntegrityRun, Order, ResolverRule
from orders.problems.checks import RELEASE_SCOPE
from orders.states import OrderState
from partners import mappings, outbox
from partners.connections import CLIENTS
from partners.models import Circuit, CodeMapping, Feed, Intent, RejectedRecord
from returns.models import ApprovalLimit, LedgerAccount, WriteOff
from returns.states import WriteOffState
from tests.config.people import load_roles, make_person
from tests.exceptions_queue.builders import find
from tests.inventory.builders import make_garments
from tests.orders.builders import NOON, make_order, make_point, make_product, make_shopfloor
from tests.partners.builders import make_feed, make_rejected, make_run
from tests.returns.posting.approved import approved
from tests.returns.written_off import make_accounts, make_write_off

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ACTOR = "system:test"
MANNED = ("warehouse", "merchandiser", "finance", "finance_manager", "integration")
SETTINGS = {
    "ACS_API_URL": "https://acs.example",
    "ACS_SUBSCRIPTION_KEY": "a-key",
    "ACS_RETURNS_URL": "https://acs.example/returns",
    "INPOST_API_URL": "https://inpost.example",
    "INPOST_TOKEN_URL": "https://inpost.example/token",
    "INPOST_CLIENT_ID": "us",
    "INPOST_CLIENT_SECRET": "a-secret",
    "INPOST_ORGANIZATION_ID": "7",
    "INPOST_POINTS_URL": "https://points.example",
    "STORE": "folder",
    "STORE_FOLDER": "/shop",
    "LEDGER": "folder",
    "LEDGER_FOLDER": "/books",
}


class Planted(NamedTuple):
    """How `many` rows of one gap come about, and what its page changes to mend all of them."""

    plant: Callable[[int], None]
    mend: Callable[[], object]


def make_sound_house(settings: object) -> None:
    """Connected, read, with people at every desk but CX's, where nothing waits: no check finds anything."""
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    load_roles()
    make_shopfloor()
    make_accounts(at=NOON)
    for role in MANNED:
        make_person(role, role)
    make_person("cx", "cx")
    User.objects.filter(username__in=MANNED).update(last_login=NOON)
    for tier in ("finance", "finance_manager"):
        ApprovalLimit.objects.create(
            tier=tier, version=1, limit_pence=10_000, second_above_pence=10_000, reason="x", proposed_at=NOON, in_force_at=NOON - DAY
        )
    Circuit.objects.bulk_create([Circuit(partner=partner, last_good_at=NOON) for partner in CLIENTS])
    for feed in ("store.orders", "ledger.accounts"):
        make_feed(feed, last_good_at=NOON)


def unsized(many: int) -> None:
    for number in range(many):
        make_product(f"COAT-{number}", length_mm=None)
        Level.objects.create(sku=f"COAT-{number}", on_hand=1, counted_at=NOON)


def buffers(many: int) -> None:
    for number in range(many):
        BufferRule.objects.create(scope="category", value=f"Coats {number}", hours=720, reason="x", made_at=NOON)


def unmapped(kind: str) -> Planted:
    def plant(many: int) -> None:
        mappings.note_seen("acs", kind, {f"UNHEARD {number}": 2 for number in range(many)}, NOON)

    def mend() -> None:
        for mapping in CodeMapping.objects.filter(kind=kind, target=""):
            mappings.set_target(mapping, target="known", flags={}, actor=ACTOR, at=NOON, version=mapping.version)

    return Planted(plant, mend)


def stock_statuses(many: int) -> None:
    for number in range(many):
        make_garments("DRS-0012-10", raw=f"QUAR-{number}")


def carrier_codes(many: int) -> None:
    for number in range(many):
        TrackingEvent.objects.create(
            event_id=f"e{number}", tracking_number=f"JJ{number}", code=f"XXX.{number}", happened_at=NOON, received_at=NOON, source="poll"
        )


def closed_lockers(many: int) -> None:
    for number in range(many):
        make_point(f"UK0000011{number}", status="Disabled", may_receive=False)
        make_order(locker_id=f"UK0000011{number}")


def late_feeds(many: int) -> None:
    feed = make_feed("acs.orders", last_good_at=NOON - 3 * HOUR)
    for number in range(many):
        make_run(feed, NOON - (3 + number) * HOUR, unchanged=1)


def shrinking_feeds(many: int) -> None:
    feed = make_feed("inpost.tracking", last_good_at=NOON)
    make_run(feed, NOON - HOUR, unchanged=1)
    for number in range(max(many, 3)):
        make_run(feed, NOON - 8 * DAY - number * HOUR, unchanged=100)


def refused_records(many: int) -> None:
    run = make_run(make_feed("store.orders", last_good_at=NOON), NOON - 2 * DAY)
    for number in range(many):
        make_rejected(run, f"LS-{number}")


def decisions(codes: list[Code], *, every: tuple[Code, ...] = (), many: int = 120) -> None:
    """Stored decisions of one order that name these codes in turn, and `every` time these."""
    order = make_order()
    GateDecision.objects.bulk_create(
        GateDecision(
            order=order,
            gate="release",
            passed=False,
            findings={code: {} for code in (codes[number % len(codes)], *every)},
            inputs_hash=str(number),
            rules_version="1",
            decided_at=NOON - HOUR,
        )
        for number in range(many)
    )


CODES = sorted(RELEASE_SCOPE)


def resolvers(many: int) -> None:
    Order.objects.bulk_create(
        Order(
            number=f"NL-{number}",
            store_id=f"NL-{number}",
            placed_at=NOON - DAY,
            store_updated_at=NOON,
            fetched_at=NOON,
            content_hash="x",
            destination="locker",
            mobile="07712 345 068",
            total_pence=100,
        )
        for number in range(50 + many)
    )


def empty_desks(many: int) -> None:
    find({pk: {Code.VAL_MOB_FORMAT: {"field": "mobile", "fault": "landline"}} for pk in range(1, many + 1)}, at=NOON - DAY)


def cases(code: Code, pence: int = 0) -> Planted:
    scope = frozenset({code})
    return Planted(
        lambda many: find({pk: {code: {"fault": "x"}} for pk in range(501, 501 + many)}, at=NOON, scope=scope, value_pence=pence) and None,
        lambda: find({pk: {} for pk in ExceptionCase.objects.filter(code=code).values_list("subject_id", flat=True)}, at=NOON, scope=scope),
    )


def stuck_intents(many: int) -> None:
    for number in range(many):
        outbox.put(kind="stock_publish", business_id=f"{number}", payload={}, actor=ACTOR, at=NOON - 2 * HOUR)


def endless_holds(many: int) -> None:
    for _ in range(many):
        order = make_order(state=OrderState.HELD)
        desk.place_hold(order, reason="Ask", exit="The customer answers", owner="cx", actor=ACTOR, at=NOON)


def give_holds_a_date() -> None:
    for order in Order.objects.filter(state=OrderState.HELD):
        extend_holds(order, until=NOON + DAY, owner="cx", reason="Asked", actor=ACTOR, at=NOON)


def mismatches(many: int) -> None:
    run = IntegrityRun.objects.create(started_at=NOON, finished_at=NOON, asked_by=ACTOR, rules_version="1")
    for _ in range(many):
        evidence = {"field": "locker_id", "fault": "acs", "shop": "UK1", "acs": "UK2"}
        IntegrityFinding.objects.create(order=make_order(), code=Code.LOC_DRIFT, evidence=evidence, first_run=run)


def unposted(many: int) -> None:
    for number in range(many):
        approved(number + 1, at=NOON - 2 * DAY, pence=4_205, by=User.objects.get(username="finance"))


def limits(_many: int) -> None:
    ApprovalLimit.objects.create(
        tier="finance", version=2, limit_pence=90_000, second_above_pence=90_000, reason="x", proposed_at=NOON - 5 * DAY
    )


def approvers(many: int) -> None:
    for number in range(many):
        make_write_off(100 + number, at=NOON)
    User.objects.filter(username="finance_manager").update(is_active=False)


def accounts(many: int) -> None:
    for number in range(many):
        make_write_off(300 + number, at=NOON)
    LedgerAccount.objects.filter(purpose="stock").delete()


def connections(_many: int) -> None:
    Circuit.objects.filter(partner="acs").update(denied_at=NOON - HOUR)


GAPS: dict[str, Planted] = {
    "unsized": Planted(unsized, lambda: Product.objects.filter(length_mm=None).update(length_mm=300)),
    "buffers": Planted(buffers, lambda: BufferRule.objects.all().delete()),
    "stock-statuses": Planted(stock_statuses, unmapped("stock_status").mend),
    "order-statuses": unmapped("order_status"),
    "methods": unmapped("delivery_method"),
    "grades": unmapped("grade"),
    "carrier-codes": Planted(carrier_codes, lambda: TrackingEvent.objects.update(code="LMD.1003")),
    "closed-lockers": Planted(closed_lockers, lambda: Order.objects.update(locker_id="UK00000904")),
    "late-feeds": Planted(late_feeds, lambda: Feed.objects.filter(name="acs.orders").update(last_good_at=NOON)),
    "shrinking-feeds": Planted(shrinking_feeds, lambda: make_run(Feed.objects.get(name="inpost.tracking"), NOON - DAY, unchanged=9_000)),
    "refused-records": Planted(refused_records, lambda: RejectedRecord.objects.update(solved_at=NOON)),
    "silent-checks": Planted(lambda _: decisions(CODES[1:]), lambda: decisions(CODES[:1], many=1)),
    "blanket-checks": Planted(lambda _: decisions(CODES, every=(Code.VAL_NAME,)), lambda: decisions(CODES)),
    "resolvers": Planted(resolvers, lambda: ResolverRule.objects.update(enabled=False)),
    "empty-desks": Planted(empty_desks, lambda: User.objects.filter(username="cx").update(last_login=NOON)),
    "stuck-intents": Planted(stuck_intents, lambda: Intent.objects.update(state="done", ended_at=NOON)),
    "connections": Planted(connections, lambda: Circuit.objects.update(denied_at=None)),
    "endless-holds": Planted(endless_holds, give_holds_a_date),
    "mismatches": Planted(mismatches, lambda: IntegrityFinding.objects.update(ended_run=IntegrityRun.objects.get())),
    "manifests": cases(Code.MAN_UNMATCHED),
    "ledger": cases(Code.JRN_MISMATCH, 4_205),
    "unposted": Planted(unposted, lambda: WriteOff.objects.update(state=WriteOffState.POSTED)),
    "limits": Planted(limits, lambda: ApprovalLimit.objects.update(in_force_at=NOON)),
    "approvers": Planted(approvers, lambda: User.objects.update(is_active=True)),
    "accounts": Planted(accounts, lambda: make_accounts(at=NOON)),
}
TWELVE = (
    "unsized",
    "stock-statuses",
    "methods",
    "closed-lockers",
    "late-feeds",
    "silent-checks",
    "resolvers",
    "empty-desks",
    "stuck-intents",
    "endless-holds",
    "mismatches",
    "unposted",
)
