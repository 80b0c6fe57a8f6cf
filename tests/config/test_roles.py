"""Roles are data: every permission they name exists, and each role can do its work and no more."""

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from config.roles import DEMO_PEOPLE, ROLES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded():
    call_command("load_roles", stdout=StringIO())


def test_every_permission_named_exists():
    known = {f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")}

    assert {name for role in ROLES.values() for name in role.permissions} <= known


def test_loading_twice_changes_nothing_and_takes_away_what_is_not_listed():
    group = Group.objects.get(name="viewer")
    group.permissions.add(Permission.objects.get(codename="cancel_order"))

    call_command("load_roles", stdout=StringIO())

    assert group.permissions.count() == len(ROLES["viewer"].permissions)


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("cx", "orders.correct_order", "partners.change_codemapping"),
        ("warehouse", "orders.resend_order", "orders.see_contact_order"),
        ("merchandiser", "inventory.change_product", "orders.correct_order"),
        ("integration", "partners.accept_syncrun", "orders.correct_order"),
        ("finance", "orders.view_order", "orders.cancel_order"),
        ("viewer", "exceptions_queue.view_auditentry", "exceptions_queue.assign_exceptioncase"),
    ],
)
def test_each_role_does_its_own_work(role, may, may_not):
    user = get_user_model().objects.create_user(role)
    user.groups.add(Group.objects.get(name=role))

    assert (user.has_perm(may), user.has_perm(may_not)) == (True, False)


def test_there_is_a_demo_person_for_each_role():
    assert {person.username for person in DEMO_PEOPLE} == set(ROLES)
