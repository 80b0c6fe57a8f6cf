"""Fill an empty database with the demo's people, what an integration admin sets up on the first day, and the first mirrors.

Runs in a process of its own whose settings point at the sandbox.
"""

import os
from collections.abc import Callable
from io import StringIO

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone

from config.demo import history
from config.demo.stage import PASSWORD, Trouble
from config.roles import DEMO_PEOPLE
from config.running import run_feed
from config.story import write_offs
from orders.tasks import review_new, stay_subscribed
from partners import mappings
from partners.models import CodeMapping, SyncRun
from returns.actions import limits
from returns.models import LedgerAccount, WriteOff

# What the make-believe shop's delivery methods mean at ACS.
DELIVERY_METHODS = {
    "inpost_locker": ("24", {"agent": "INPOST", "destination": "locker"}),
    "dpd_next_day": ("ND", {"agent": "DPD", "destination": "home"}),
    "royal_mail_48": ("48", {"agent": "RM", "destination": "home"}),
}
# Which accounts of the make-believe ledger write-offs name.
_P = LedgerAccount.Purpose
ACCOUNTS = {
    _P.STOCK_WRITE_OFF: ("325", "Stock written off"),
    _P.STOCK: ("630", "Stock at ACS"),
    _P.DEPRECIATION: ("711", "Less accumulated depreciation on hire fleet"),
    _P.DISPOSAL_LOSS: ("465", "Loss on disposal of hire fleet"),
    _P.HIRE_FLEET: ("710", "Hire fleet at cost"),
    _P.REFUNDS: ("205", "Refunds and credit notes"),
}
FIRST_FEEDS = ("products", "acs.setup", "store.products", "inpost.points", "store.orders", "acs.stock")


def lay_out(say: Callable[[str], None]) -> None:
    """Tables, roles, people and mappings: everything that needs no partner."""
    say("making the database")
    call_command("migrate", verbosity=0)
    call_command("load_roles", verbosity=0, stdout=StringIO())
    make_people(os.environ[PASSWORD])
    map_delivery_methods()
    name_accounts()


def make_people(password: str) -> None:
    """The seven named people, each in the group of their role, all with this start's password."""
    hashed = make_password(password)  # once: a good hash is slow, and it is the same password
    for who in DEMO_PEOPLE:
        names = {"first_name": who.first_name, "last_name": who.last_name}
        user = get_user_model().objects.create(username=who.username, email=f"{who.username}@example.com", password=hashed, **names)
        user.groups.add(Group.objects.get(name=who.username))


def map_delivery_methods() -> None:
    """As the integration admin does on the mappings page."""
    at, admin = timezone.now(), get_user_model().objects.get(username="integration")
    for raw, (service, flags) in DELIVERY_METHODS.items():
        mapping = mappings.add("acs", CodeMapping.Kind.DELIVERY_METHOD, raw, at=at)
        mappings.set_target(mapping, target=service, flags=flags, actor=admin, at=at, version=mapping.version)


def name_accounts() -> None:
    """As the finance manager does on the limits page."""
    at, manager = timezone.now(), get_user_model().objects.get(username="finance_manager")
    for purpose, (code, name) in ACCOUNTS.items():
        limits.set_account(purpose, code=code, name=name, actor=manager, at=at)


def mirror(say: Callable[[str], None]) -> None:
    """Read every feed once. Raises Trouble when one does not end well."""
    for feed in FIRST_FEEDS:
        run = run_feed(feed)
        if run.outcome != SyncRun.Outcome.OK:
            raise Trouble(f"{feed} ended {run.get_outcome_display().lower()}: {run.why}")
        say(f"{feed}: {run.seen} read, {run.rejected} rejected")
    write_offs.mirror(os.environ["SANDBOX_URL"])
    say(f"{WriteOff.objects.count()} write-offs drafted of what came back beyond economic repair")


def first_look(say: Callable[[str], None]) -> None:
    """Let a few days have passed and check the orders once before anybody looks, so that nobody meets an empty desk; the workers send
    what may go. Where the shop can write to us, it is asked to.
    """
    stay_subscribed()
    history.lay_down(os.environ["SANDBOX_URL"], say)
    counts = review_new()
    say(f"{counts['looked_at']} orders checked, {counts['held']} held")
