"""At what address? The rooms bring their own."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from config import health

# The admin's own form would let its people in without their second step.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.Metrics.as_view(), name="metrics"),
    path("api/", include("config.api_urls")),
    path("", include("config.home_urls")),
    path("", include("config.people.urls")),
    path("", include("config.reports.urls")),
    path("", include("exceptions_queue.urls")),
    path("", include("returns.urls")),
    path("", include("orders.urls")),
    path("", include("lockers.urls")),
    path("", include("inventory.urls")),
    path("", include("partners.urls")),
    path("account/", include("config.people.account_urls")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.broken"
