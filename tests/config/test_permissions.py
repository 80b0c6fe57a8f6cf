"""Permissions in one look: the same answer as Django's own two, and never an old one."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename)


@pytest.fixture
def person() -> User:
    call_command("load_roles", verbosity=0)
    user = User.objects.create_user("cx")
    user.groups.add(Group.objects.get(name="cx"))
    user.user_permissions.add(permission("change_product"))
    return User.objects.get(pk=user.pk)


def test_it_says_what_django_says(person):
    assert person.get_all_permissions() == ModelBackend().get_all_permissions(User.objects.get(pk=person.pk))
    assert person.has_perms(["orders.correct_order", "inventory.change_product"])
    assert not person.has_perm("partners.change_codemapping")


def test_one_statement_for_all_of_them(person, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert person.has_perm("orders.correct_order")
        assert not person.has_perm("partners.change_codemapping")


def test_what_is_taken_away_is_gone_with_the_next_request(person):
    assert person.has_perm("orders.correct_order")
    person.groups.clear()

    assert not User.objects.get(pk=person.pk).has_perm("orders.correct_order")


def test_a_superuser_may_everything_and_a_leaver_nothing(person):
    boss = User.objects.create_superuser("boss")
    person.is_active = False

    assert boss.has_perm("orders.correct_order")
    assert "orders.correct_order" in boss.get_all_permissions()
    assert not person.has_perm("orders.correct_order")
    assert AnonymousUser().get_all_permissions() == set()
