"""Programs and people that call the API: a role's user, its tokens, and a client that speaks JSON."""

import json
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from partners import tokens


def person(role: str, name: str = "") -> User:
    """A user of one role of config/roles.py, which `load_roles` has made; "" for no role at all."""
    user = get_user_model().objects.create_user(name or role or "stranger", password=None)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def load_roles() -> None:
    call_command("load_roles", stdout=StringIO())


def key(user: User, *scopes: str) -> str:
    """A token for `user` with these scopes, as text."""
    return tokens.create(user, name="test", scopes=scopes, days=1, actor=user, at=timezone.now())[1]


@dataclass
class Caller:
    """Asks as a program does. `session` asks as a signed-in page instead, with the CSRF check in force."""

    text: str = ""
    session: User | None = None
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def __post_init__(self) -> None:
        if self.session:
            self.client.force_login(self.session)

    def get(self, path: str, **asked: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", asked, headers=self._headers())

    def post(self, path: str, sent: Any = None, *, raw: bytes | None = None, content_type: str = "application/json", **headers: str) -> Any:
        body = raw if raw is not None else json.dumps({} if sent is None else sent).encode()
        return self.client.post(f"/api/v1/{path}", body, content_type=content_type, headers=self._headers() | headers)

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.text}"} if self.text else {}


def of_role(role: str, *scopes: str) -> Caller:
    """A program with a token of these scopes, acting as a new user of this role."""
    return Caller(key(person(role, f"{role}-{'-'.join(scopes)}"), *scopes))


def is_problem(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    """Asserts an RFC 9457 document of this status with a sentence, and gives it."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content[:300]
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert len(told["detail"]) > 10, told
    assert code in ("", told["code"]), told
    return told
