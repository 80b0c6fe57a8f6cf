"""At what address?"""

from django.urls import path

from config.reconciles import views

urlpatterns = [
    path("reconciles/", views.page, name="reconciles"),
    path("reconciles/run/<slug:key>/", views.run_now, name="reconcile-run"),
]
