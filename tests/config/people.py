"""People for the tests of access: an admin who has just typed the password, and colleagues."""

import time
from collections.abc import Sequence
from io import StringIO

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

PASSWORD = "correct-horse-battery"


def load_roles() -> None:
    call_command("load_roles", stdout=StringIO())


def make_person(name: str, *roles: str, password: str | None = None) -> User:
    """An active colleague with these roles; without a password unless the test needs one, because a good hash is slow."""
    user = User.objects.create_user(name, f"{name}@example.com", password, first_name=name.title(), last_name="Doe")
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def sign_in(user: User, *, ago_s: int = 1) -> Client:
    """A session of this person, whose password was typed `ago_s` seconds ago."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - ago_s, "username": user.username}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def invitation(**changed: object) -> dict[str, object]:
    """What the invite form sends."""
    sent: dict[str, object] = {
        "first_name": "Zoë",
        "last_name": "O'Neil",
        "email": "zoe@example.com",
        "roles": ["cx"],
        "reason": "New in CX",
    }
    return sent | changed


def link_in(html: str) -> str:
    """The path of the link that a page shows."""
    return "/welcome/" + html.partition("/welcome/")[2].partition('"')[0]


def roles_of(user: User) -> Sequence[str]:
    return sorted(user.groups.values_list("name", flat=True))
