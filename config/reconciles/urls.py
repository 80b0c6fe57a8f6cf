"""At what address?"""

from django.urls import path

from config.reconciles import views

urlpatterns = [
    path("reconciles/", views.page, name="reconciles"),
    path("reconciles/<slug:key>/run/", views.run_now, name="reconcile-run"),
]
