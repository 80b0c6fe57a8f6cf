"""At what address? The rooms bring their own."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("config.home_urls")),
    path("", include("exceptions_queue.urls")),
    path("", include("orders.urls")),
    path("", include("lockers.urls")),
    path("", include("inventory.urls")),
    path("", include("partners.urls")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
