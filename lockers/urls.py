"""At what address?"""

from django.urls import path

from lockers import views

app_name = "lockers"

urlpatterns = [
    path("lockers/", views.locker_list, name="list"),
    path("lockers/<str:point_id>/", views.locker_detail, name="detail"),
]
