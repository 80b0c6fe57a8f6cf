"""At what address? The reports, and each as a file."""

from django.urls import path

from config.reports import views

app_name = "reports"

urlpatterns = [
    path("reports/", views.index, name="index"),
    path("reports/<slug:key>/", views.report, name="report"),
    path("reports/<slug:key>/<slug:table>.csv", views.as_csv, name="csv-export"),
    path("reports/<slug:key>/<slug:table>.xlsx", views.as_xlsx, name="xlsx-export"),
]
