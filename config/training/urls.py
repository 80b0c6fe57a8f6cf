"""At what address?"""

from django.urls import path

from config.training import views

urlpatterns = [
    path("training/", views.index, name="training"),
    path("training/<slug:key>/", views.exercise, name="training-exercise"),
    path("training/<slug:key>/begin/", views.take_case, name="training-begin"),
    path("training/<slug:key>/check/", views.check_result, name="training-check"),
]
