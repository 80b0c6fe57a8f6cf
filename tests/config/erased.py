"""Her order, lived through: everything of Lockstep that comes to know a customer has come to know her."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone
from django_q.models import Failure, OrmQ

from config.running import run_feed
from exceptions_queue import actions as desk
from exceptions_queue.models import Alert, ExceptionCase, SavedView
from lockers.models import Label
from orders.actions import ask_customer, review_many
from orders.models import Consolidation, CustomerMessage, Order
from partners import inbox
from partners.models import Feed, RejectedRecord
from returns.models import Return, ReturnItem
from tests.callers import load_roles, person
from tests.config.canary import EMAIL, FIRST, LAST, MOBILE, STREET, body
from tests.lockers.labelled import make_labelled
from tests.orders.builders import make_shopfloor

NUMBER = "LS-90001"


def tell(shop: Path, number: str = NUMBER, **changed: object) -> None:
    """Put her order into the shop's folder, and have it read."""
    (shop / "orders").mkdir(exist_ok=True)
    (shop / "orders" / f"{number}.json").write_text(json.dumps(body(number, **changed)))
    run_feed("store.orders")


def known_everywhere(shop: Path) -> Order:
    """Read, checked, held, written to and about, labelled, sent back, and closed."""
    make_shopfloor()
    tell(shop)
    order = Order.objects.get(number=NUMBER)
    at = timezone.now()
    _work_on(order, at)
    _hear_more(order, at)
    return end(order)


def end(order: Order, state: str = "closed") -> Order:
    """It was collected, long enough ago for whatever the test is about."""
    facts = {"state": state, "acs_status": "despatched", "released_at": order.placed_at, "release_claimed_at": order.placed_at}
    Order.objects.filter(pk=order.pk).update(**facts)
    order.refresh_from_db()
    return order


def _work_on(order: Order, at: datetime) -> None:
    Order.objects.filter(pk=order.pk).update(mobile="0113 496 0123")
    review_many([order.pk], at=at)
    ask_customer(order, actor="agent", at=at)
    Order.objects.filter(pk=order.pk).update(mobile=MOBILE)
    review_many([order.pk], at=at)
    load_roles()
    agent = person("cx", "agent")
    desk.add_note(ExceptionCase.objects.filter(order_number=order.number).first(), text=f"{FIRST} rang", author=agent, at=at)
    hold = desk.place_hold(order, reason="Rang", exit="Rings back", owner="cx", actor=agent, at=at)
    type(hold).objects.filter(pk=hold.pk).update(reason=f"{FIRST} {LAST} rang from {MOBILE}", cleared_at=at)
    SavedView.objects.create(author=agent, name="hers", query=f"q={EMAIL.replace('@', '%40')}", created_at=at)
    make_labelled(order.number)
    CustomerMessage.objects.update(body=f"Dear {FIRST}, please give us another number than {MOBILE}.")
    Label.objects.update(content=f"^XA {FIRST} {LAST} {STREET} ^XZ".encode())
    wait = {"where": "AT_ACS", "opened_at": at, "deadline_at": at, "latest_safe_at": at, "ended_at": at}
    Consolidation.objects.create(order=order, choice="split", consent=f"{FIRST} wrote on 9 June", **wait)


def _hear_more(order: Order, at: datetime) -> None:
    inbox.receive("shopify", "d-1", body=json.dumps(body()).encode(), at=at, topic="orders/updated")
    feed = Feed.objects.get(name="store.orders")
    facts = {"path": "$.total", "reason": "must be an amount", "raw": json.dumps(body()), "raw_hash": "x", "first_at": at, "last_at": at}
    RejectedRecord.objects.create(feed=feed, key=order.number, **facts)
    Failure.objects.create(id="f", name="f", func="f", started=at, stopped=at, success=False, result=f"ValueError: {EMAIL}")
    Alert.objects.create(key="k", kind="cases", title=f"{LAST} waits", sentence=f"{EMAIL} waits", opened_at=at, seen_at=at)
    facts = {"arrived_at": at, "told_at": at, "fetched_at": at, "content_hash": "x"}
    came_back = Return.objects.create(acs_id="R-1", order_number=order.number, order=order, **facts)
    ReturnItem.objects.create(ret=came_back, line_id="1", note=f"{FIRST} says it is torn")
    OrmQ.objects.all().delete()


def long_ago(order: Order, days: int) -> None:
    """Everything that ever happened to it happened so many days ago."""
    at = timezone.now() - timedelta(days=days)
    Order.objects.filter(pk=order.pk).update(placed_at=at, store_updated_at=at, acs_status_since=at)
