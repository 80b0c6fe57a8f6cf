"""Cases, holds and people for tests of the desk, written the way the rooms write them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Count

from exceptions_queue.actions import Card, Finding, Reconciled, reconcile_many
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import CaseCount, ExceptionCase, Site
from exceptions_queue.states import CaseState

EVERY_CODE = frozenset(CATALOGUE)
LANDLINE = {"field": "mobile", "fault": "landline"}


def make_site(key: str, **columns: Any) -> Site:
    """Any row will do as a subject: the desk knows no room. A site is the simplest one we own."""
    return Site.objects.create(key=key, name=key, **{"order_cutoff": "12:00", "collection_at": "17:30", **columns})


def card(label: str = "Order 1001", **columns: Any) -> Card:
    return Card(label=label, **{"url": "/orders/1001/", "order_number": "1001", **columns})


def find(
    found: Mapping[int, Mapping[str, Mapping[str, Any]]], *, at: datetime, scope: frozenset[str] = EVERY_CODE, **columns: Any
) -> Reconciled:
    """Reconcile sites by id: {1: {"VAL-MOB-FORMAT": evidence}, 2: {}}. `columns` go onto every card."""
    findings = [Finding(pk, codes, card(f"Order {pk}", **{"order_number": str(pk), **columns})) for pk, codes in found.items()]
    return reconcile_many(Site, findings, scope=scope, at=at)


def open_many(number: int, *, at: datetime, code: str = "VAL-MOB-FORMAT", evidence: Mapping[str, Any] = LANDLINE, **columns: Any) -> None:
    """Open `number` cases of one code on subjects 1…number (which need not exist)."""
    find({pk: {code: evidence} for pk in range(1, number + 1)}, at=at, **columns)


def one_case(
    *, at: datetime, code: str = "VAL-MOB-FORMAT", evidence: Mapping[str, Any] = LANDLINE, subject: int = 1, **columns: Any
) -> ExceptionCase:
    find({subject: {code: evidence}}, at=at, scope=frozenset({code}), **columns)
    return ExceptionCase.objects.get(subject_id=subject, code=code, state=CaseState.OPEN)


def make_user(name: str, *codenames: str, role: str = "cx") -> User:
    """A person of one role with permissions of the desk by codename."""
    user = User.objects.create_user(name, password=None)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="exceptions_queue", codename__in=codenames))
    return user


def counts() -> dict[tuple[str, str], int]:
    """The counters that are not zero."""
    return {(row.owner, row.code): row.open_count for row in CaseCount.objects.exclude(open_count=0)}


def exact_counts() -> dict[tuple[str, str], int]:
    """The truth: what a GROUP BY over the open cases says."""
    groups = ExceptionCase.objects.filter(state=CaseState.OPEN).order_by().values_list("owner", "code").annotate(n=Count("id"))
    return {(owner, code): number for owner, code, number in groups}
