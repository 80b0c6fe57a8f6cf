"""May this person come in today? Asked at every request, so that an end date needs no nightly job."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from django.contrib.auth.models import User
from django.db.models import Q

from config.models import Access
from config.roles import ROLES

ADMIN = "integration"  # the role that manages people


class Standing(StrEnum):
    """How a person stands, in the words of the list."""

    ACTIVE = "Active"
    INVITED = "Invited"
    EXPIRED = "Link expired"
    LATER = "Not yet"
    ENDED = "Ended"
    LEFT = "Access ended"


def terms(user: User) -> Access | None:
    """The person's terms, or None where there are none. No statement when the user was read with them."""
    return getattr(user, "access", None)


def is_open(user: User, *, on: date) -> bool:
    """Is the account switched on and `on` a day between its dates?"""
    mine = terms(user)
    return user.is_active and (mine is None or is_between(mine, on))


def is_between(mine: Access, on: date) -> bool:
    return (mine.starts_on is None or mine.starts_on <= on) and (mine.ends_on is None or on <= mine.ends_on)


def standing(user: User, *, on: date, has_link: bool) -> Standing:
    """`has_link`: is there an invitation that can still be used?"""
    mine = terms(user)
    if not user.is_active:
        gone = mine is None or mine.left_at is not None
        return Standing.INVITED if has_link else Standing.LEFT if gone else Standing.EXPIRED
    if mine and not is_between(mine, on):
        return Standing.LATER if mine.starts_on and on < mine.starts_on else Standing.ENDED
    return Standing.ACTIVE


def note_seen(user: User, *, at: datetime) -> None:
    """The person used Lockstep just now. One statement."""
    Access.objects.bulk_create(
        [Access(user=user, last_seen_at=at)], update_conflicts=True, unique_fields=["user"], update_fields=["last_seen_at"]
    )


def lasting_admins(*, on: date) -> Q:
    """Users who manage people now and whose access has no end."""
    without_end = Q(access__isnull=True) | Q(access__ends_on__isnull=True)
    begun = Q(access__isnull=True) | Q(access__starts_on__isnull=True) | Q(access__starts_on__lte=on)
    return Q(is_active=True, groups__name=ADMIN) & without_end & begun


def roles_of(user: User) -> list[str]:
    """The names of the person's roles, in the order of config/roles.py. Uses what was prefetched."""
    held = {group.name for group in user.groups.all()}
    return [name for name in ROLES if name in held]


def in_words(roles: Collection[str]) -> str:
    return ", ".join(ROLES[name].label for name in roles if name in ROLES)
