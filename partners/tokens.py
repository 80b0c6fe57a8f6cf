"""Who may call us: hashed, scoped, expiring bearer tokens, and a default that lets nobody in."""

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.views import APIView


class BearerToken(BaseAuthentication):
    def authenticate(self, request: HttpRequest) -> None:
        return None


class Nobody(BasePermission):
    """The default of every API view: each view names who may call it."""

    def has_permission(self, request: HttpRequest, view: APIView) -> bool:
        return False
