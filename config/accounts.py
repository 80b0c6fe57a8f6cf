"""Accounts are made by an admin; nobody signs up. What a person may do is read in one statement, and so is whether they may come in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.stagekit import clear_login
from django.contrib.auth.models import Permission, User
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.people.access import is_open


class ClosedSignup(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """allauth itself looks at `is_active` alone here; a person whose days are over gets the same page."""
        if not is_open(user, on=timezone.localdate()):
            clear_login(request)
            answer: HttpResponse = self.respond_user_inactive(request, user)
            return answer
        return super().pre_login(request, user, **kwargs)  # type: ignore[no-any-return]


class OneLook(AuthenticationBackend):
    """Django asks for a person's own permissions and for their groups' one after the other; every page needs both."""

    def get_user(self, user_id: int) -> User | None:
        """The person of a session, asked at every request, with their terms. None for who may not come in today."""
        user = User.objects.select_related("access").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: User) -> bool:
        return is_open(user, on=timezone.localdate())

    def get_all_permissions(self, user_obj: User, obj: object | None = None) -> set[str]:
        """The permissions as "app.codename", read once per request. None for who is inactive, or about a single object."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_desk_permissions"):
            user_obj._desk_permissions = _permissions_of(user_obj)  # type: ignore[attr-defined]
        found: set[str] = user_obj._desk_permissions  # type: ignore[attr-defined]
        return found


def _permissions_of(user: User) -> set[str]:
    granted = Permission.objects.all() if user.is_superuser else Permission.objects.filter(Q(group__user=user) | Q(user=user))
    names = granted.order_by().values_list(Concat(F("content_type__app_label"), Value("."), F("codename")), flat=True)
    return set(names)
