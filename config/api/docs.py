"""The description of the API, for programs and for people."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.response import Response

from config.api.schema import schema
from exceptions_queue.api.door import Access, Asked, Door
from partners.tokens import AsGranted, SignedIn

# Everybody with a role may read what the API can do; any token may, whatever its scopes.
ANY_ROLE: Mapping[str, Access] = {"GET": Access("", ("exceptions_queue.view_exceptioncase",))}


class Schema(Door):
    """OpenAPI 3 as JSON."""

    access: ClassVar = ANY_ROLE
    renderer_classes = [OpenApiJsonRenderer2]

    @extend_schema(exclude=True)
    def get(self, request: Asked) -> Response:
        return Response(schema())


class Docs(SpectacularSwaggerSplitView):
    """The same to read and to try, in a browser, with the session of the person who looks."""

    access: ClassVar = ANY_ROLE
    authentication_classes = [SignedIn]
    permission_classes = [AsGranted]
    template_name = "api/docs.html"
    url_name = "api:schema"

    def handle_exception(self, exc: Exception) -> Any:
        """A page is refused as pages are."""
        if isinstance(exc, NotAuthenticated):
            return redirect_to_login(self.request.get_full_path())
        if isinstance(exc, PermissionDenied):
            raise DjangoPermissionDenied from exc
        return super().handle_exception(exc)
