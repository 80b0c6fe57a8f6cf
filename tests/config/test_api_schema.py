"""The API keeps its description: valid OpenAPI, every view says who may, and answers made up at random conform to it."""

import warnings
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import Permission
from django.core import signals
from django.core.cache import cache
from django.db import close_old_connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import booleans
from rest_framework.views import APIView
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from config.api.schema import schema
from config.roles import ROLES
from config.wsgi import application
from exceptions_queue.models import ExceptionCase
from orders.actions import review_many
from partners import tokens
from tests.callers import key, load_roles, person
from tests.orders.builders import NOON, make_order, make_shopfloor
from tests.partners.builders import make_feed, make_run

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 4  # of each operation, for each caller
CSRF = "x" * 32
RIGHT = {
    "mobile": "07712 345068",
    "locker_id": "UK00000904",
    "delivery_method": "dpd_next_day",
    "to": "me",
    "version": 1,
    "reason": "The customer rang",
    "exit": "She rings back",
    "text": "Rang at 12",
    "until": "2100-01-01T00:00:00Z",
    "lines": [{"sku": "DRS-0012-10", "quantity": 1}],
    "postcode": "NW1 2DB",
}


def views(patterns: list[Any] | None = None) -> Iterator[tuple[str, type[APIView]]]:
    """Every view for programs, by its name."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns)
        elif isinstance(entry, URLPattern) and issubclass(getattr(entry.callback, "cls", object), APIView):
            yield str(entry.name), entry.callback.cls


class TestEveryView:
    @pytest.mark.parametrize("view", [view for name, view in views() if name != "metrics"], ids=lambda view: view.__name__)
    def test_it_says_for_each_method_who_may(self, view):
        assert set(view.access) == {method.upper() for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)}

    @pytest.mark.django_db
    @pytest.mark.parametrize("view", [view for name, view in views() if name != "metrics"], ids=lambda view: view.__name__)
    def test_its_scope_and_permissions_exist(self, view):
        known = {f"{label}.{code}" for label, code in Permission.objects.values_list("content_type__app_label", "codename")}

        for access in view.access.values():
            assert access.scope in {"", *tokens.SCOPES}
            assert access.permissions
            assert set(access.permissions) <= known

    def test_every_scope_opens_something(self):
        asked = {access.scope for name, view in views() if name != "metrics" for access in view.access.values()}

        assert set(tokens.SCOPES) - asked == {"contact:read", "metrics:read"}

    def test_every_address_is_described(self):
        described = {path.strip("/") for path in schema()["paths"]}
        named = {name for name, _ in views()}

        assert len(described) == len(named - {"metrics", "schema", "docs"}) == 25


class TestTheDocument:
    def test_it_is_valid_openapi(self):
        validate_schema(schema())

    def test_nothing_in_it_is_uncertain(self, capsys):
        """The generator says on stderr what it had to guess."""
        schema.cache_clear()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            schema()

        assert capsys.readouterr().err == ""

    def test_every_body_refuses_what_it_does_not_name(self):
        bodies = [
            operation["requestBody"] for path in schema()["paths"].values() for operation in path.values() if "requestBody" in operation
        ]
        names = [body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2] for body in bodies]

        assert len(names) == 15
        assert [name for name in names if schema()["components"]["schemas"][name]["additionalProperties"] is not False] == []

    def test_no_operation_is_open(self):
        operations = [operation for path in schema()["paths"].values() for operation in path.values()]

        assert {tuple(name for way in operation["security"] for name in way) for operation in operations} == {("token", "session")}


@dataclass
class Desk:
    """A small desk: the numbers that exist, and what would be right to send, so that not every guess is refused."""

    names: dict[str, Any]
    right: dict[str, Any]


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A request by itself leaves its connection to be closed; here the test's transaction lives on it."""
    both = (signals.request_started, signals.request_finished)
    for signal in both:
        signal.disconnect(close_old_connections)
    yield
    for signal in both:
        signal.connect(close_old_connections)


@pytest.fixture
def desk(db, one_connection, settings) -> Desk:
    cache.clear()
    settings.API_PER_MINUTE = 10**9
    settings.MODES = {**settings.MODES, "acs": "live", "store": "live"}
    load_roles()
    make_shopfloor()
    orders = [make_order(mobile="0113 496 0123"), make_order()]
    review_many([order.pk for order in orders], at=NOON)
    make_run(make_feed(), NOON, created=3)
    names = {"number": orders[0].number, "id": ExceptionCase.objects.get().pk, "point_id": "UK00000904"}
    return Desk(names, RIGHT)


def of_token(scope: str) -> dict[str, Any]:
    user = person("", f"holder-{scope}")
    user.user_permissions.set(Permission.objects.all())
    return {"headers": {"Authorization": f"Bearer {key(user, scope)}"}}


def of_session(role: str) -> dict[str, Any]:
    """A signed-in person who sends the CSRF token as pages do."""
    client = Client()
    client.force_login(person(role))
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return {"cookies": {**cookies, "csrf": CSRF}, "headers": {"X-CSRFToken": CSRF}}


def unsigned() -> dict[str, Any]:
    """The schema without its ways to sign in: who asks is the test's to say, not to be made up."""
    copy = deepcopy(schema())
    copy["components"].pop("securitySchemes")
    for path in copy["paths"].values():
        for operation in path.values():
            operation.pop("security")
    return copy


def ask_at_random(who: dict[str, Any], desk: Desk) -> Counter[int]:
    """Made-up requests to every operation as `who`, by the status of their answer. Fails on a 5xx and on what was not promised."""
    answered = Counter[int]()
    for found in schemathesis.openapi.from_dict(unsigned()).get_all_operations():
        operation = found.ok()
        made_up = operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE)

        @seed(20260609)
        @settings(max_examples=EXAMPLES, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=made_up, exists=booleans(), is_right=booleans())
        def ask(case: Any, exists: bool, is_right: bool) -> None:
            if exists:
                case.path_parameters = {name: desk.names.get(name, value) for name, value in (case.path_parameters or {}).items()}
            if is_right and isinstance(case.body, dict):
                case.body = {name: desk.right.get(name, value) for name, value in case.body.items()}
            answer = case.call_and_validate(app=application, checks=CHECKS, **who)
            answered[answer.status_code] += 1

        ask()
    return answered


@pytest.mark.parametrize("role", ROLES)
def test_as_each_role_answers_conform(desk, role):
    answered = ask_at_random(of_session(role), desk)

    assert {200, 404} <= answered.keys()
    assert 401 not in answered


@pytest.mark.parametrize("scope", tokens.SCOPES)
def test_with_a_token_of_each_scope_answers_conform(desk, scope):
    answered = ask_at_random(of_token(scope), desk)

    assert 403 in answered
    assert answered.keys() - {403} or scope in {"contact:read", "metrics:read"}  # what is in its scope gets past the door
    assert 401 not in answered


def test_as_who_may_do_everything_answers_conform(desk):
    answered = ask_at_random({"headers": {"Authorization": f"Bearer {everybody()}"}}, desk)

    assert {200, 400, 404, 409, 422} <= answered.keys()


def everybody() -> str:
    user = person("", "everybody")
    user.user_permissions.set(Permission.objects.all())
    return key(user, *tokens.SCOPES)


@pytest.mark.parametrize(("who", "status"), [("stranger", 403), ("", 401)])
def test_whom_nobody_knows_is_refused_everywhere(desk, who, status):
    answered = ask_at_random(of_session("") if who else {}, desk)

    assert answered.keys() <= {status, 400, 404}  # what cannot even be read is refused before anybody is known
