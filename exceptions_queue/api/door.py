"""What every door for programs shares: who may use it, what may be asked and sent, and how it is refused. Rooms above build on it."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from django.contrib.auth.models import User
from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from exceptions_queue.serializers import Strict


class Access(NamedTuple):
    """What one method of a view asks for: `scope` of a token ("" where any token will do), all `permissions` of the user, always."""

    scope: str
    permissions: tuple[str, ...]


class Asked(Request):
    """A request of somebody known: the default permission lets no other reach a door."""

    user: User


class Conflict(APIException):
    """409: it cannot be done as things stand. `more` goes into the answer beside the sentence."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"

    def __init__(self, sentence: str, code: str = "conflict", **more: Any) -> None:
        super().__init__(sentence, code)
        self.more = more


class Unusable(ValidationError):
    """422: it could be read, but a field cannot be used. `detail` is {field: [sentence]}."""

    status_code = 422


class Door(APIView):
    """One address for programs. `access` says per method who may; a method it does not name does not exist."""

    access: ClassVar[Mapping[str, Access]] = {}
    http_method_names = ["get", "head", "post"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if any("\x00" in value for value in kwargs.values() if isinstance(value, str)):
            raise Http404  # PostgreSQL would not even look for it


def question(request: Request, shape: type[Strict]) -> dict[str, Any]:
    """What the address asks, checked; 400 with the parameters named where it is not well-formed."""
    asked = shape(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def sent(request: Request, shape: type[Strict]) -> dict[str, Any]:
    """What was sent, checked; 422 with the fields named where it cannot be used."""
    body = shape(data=request.data)
    if not body.is_valid():
        raise Unusable(body.errors)
    return dict(body.validated_data)


def refused(sentence: str, field: str) -> APIException:
    """An action's refusal: 422 where one field is to blame, 409 where the state forbids it."""
    return Unusable({field: [sentence]}) if field else Conflict(sentence, "refused")
