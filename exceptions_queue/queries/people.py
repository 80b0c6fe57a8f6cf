"""Who works cases, and on which desks."""

from django.contrib.auth.models import User

from exceptions_queue.states import Owner

MOST = 300


def desks_of(user: User) -> frozenset[str]:
    """The desks of a person's roles. One statement."""
    return frozenset(user.groups.values_list("name", flat=True)) & frozenset(Owner.values)


def working() -> list[tuple[str, str]]:
    """(user name, name) of whoever can be given a case: active people of a desk. One statement."""
    found = User.objects.filter(is_active=True, groups__name__in=Owner.values).distinct().order_by("first_name", "last_name", "username")
    return [(user.get_username(), user.get_full_name() or user.get_username()) for user in found[:MOST]]
