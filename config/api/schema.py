"""How the API is described: only /api/v1/, both ways to sign in, every refusal, and no field but those named."""

from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from exceptions_queue.api.door import Door

Described = dict[str, Any]

REFUSALS = {
    "400": "The request cannot be read.",
    "401": "No token, or one that is not valid.",
    "403": "The token lacks the scope, or its user the permission.",
    "404": "There is no such thing.",
    "405": "This address does not know that method.",
    "406": "The answer is JSON and nothing else.",
    "429": "Too many requests: wait as long as Retry-After says.",
    "503": "Busy, as while a stock file is being read: nothing was changed; try again when Retry-After says.",
}
REFUSALS_OF_ACTS = {
    "409": "The state forbids it, or somebody was quicker: the sentence says which, `difference` what differs.",
    "413": "Too large.",
    "415": "Not JSON.",
    "422": "It could be read, but a field cannot be used: `errors` names each.",
}

TEXT: Described = {"type": "string"}
PROBLEM: Described = {
    "type": "object",
    "description": "Why something was refused (RFC 9457). `code` is for programs, `detail` for people.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        **dict.fromkeys(("type", "title", "code", "detail"), TEXT),
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "required": ["field", "detail"], "properties": {"field": TEXT, "detail": TEXT}},
        },
        "difference": {
            "type": "array",
            "description": "With a 409: the fields that you and somebody else both set.",
            "items": {
                "type": "object",
                "required": ["field", "yours", "theirs"],
                "properties": dict.fromkeys(("field", "yours", "theirs"), TEXT),
            },
        },
        "version": {"type": "integer", "description": "With a 409: the version that stands now."},
    },
}


class Bearer(OpenApiAuthenticationExtension):
    target_class = "partners.tokens.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> Described:
        return {"type": "http", "scheme": "bearer", "description": "From `manage.py create_api_token`."}


class Session(OpenApiAuthenticationExtension):
    target_class = "partners.tokens.SignedIn"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> Described:
        from django.conf import settings

        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME, "description": "The desk's own session."}


class WithScope(AutoSchema):
    """Says of every operation what it asks of a token and of its user."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Described | None:
        operation: Described | None = super().get_operation(*args, **kwargs)
        if operation and isinstance(self.view, Door):
            scope, permissions = self.view.access[self.method]
            opens = f"of the user, and of a token the scope `{scope}`" if scope else "of a person freshly signed in; no token opens it"
            needs = f"Needs {' and '.join(f'`{name}`' for name in permissions)} {opens}."
            operation["description"] = " ".join(filter(None, (operation.get("description"), needs)))
        return operation


class NothingElse(OpenApiSerializerExtension):
    """What we read refuses fields it does not know; the description says so."""

    target_class = "exceptions_queue.serializers.Strict"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> Described:
        described: Described = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        if not vars(type(self.target)).get("__doc__"):
            described.pop("description", None)  # it would be the base's
        return described | {"additionalProperties": False}


@cache
def schema() -> Described:
    """The OpenAPI document. The same for everybody, so made once per process."""
    made: Described = SchemaGenerator().get_schema(request=None, public=True)
    return made


def only_ours(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    return [entry for entry in endpoints if entry[0].startswith("/api/v1/")]


def with_problems(result: Described, **_context: Any) -> Described:
    """Say of every operation how it can be refused."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for path in result["paths"].values():
        for method, operation in path.items():
            refusals = REFUSALS | (REFUSALS_OF_ACTS if method == "post" else {})
            for status, said in refusals.items():
                operation["responses"].setdefault(status, _refusal(said))
    return result


def _refusal(said: str) -> Described:
    return {"description": said, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
