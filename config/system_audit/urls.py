"""At what address?"""

from django.urls import path

from config.system_audit import views

urlpatterns = [
    path("system-audit/", views.page, name="system-audit"),
    path("system-audit/report/", views.report, name="system-audit-report"),
    path("system-audit/gaps.csv", views.as_csv, name="system-audit-csv-export"),
    path("system-audit/gaps.xlsx", views.as_xlsx, name="system-audit-xlsx-export"),
    path("system-audit/<slug:key>/", views.gap, name="system-audit-gap"),
]
