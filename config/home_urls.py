"""At what address? The pages that count across rooms."""

from django.urls import include, path

from config import design, home, owners, search

app_name = "home"

urlpatterns = [
    path("", home.today, name="today"),
    path("", include("config.system_audit.urls")),
    path("", include("config.reconciles.urls")),
    path("", include("config.training.urls")),
    path("", include("config.handover.urls")),
    path("reference/owners/", owners.page, name="owners"),
    path("search/", search.search, name="search"),
    path("settings/", design.index, name="settings"),
    path("settings/design/", design.design, name="design"),
    path("settings/design/undo/", design.undone, name="design-undo"),
]
