"""At what address?"""

from django.urls import path

from lockers.views import chart, lockers

app_name = "lockers"

urlpatterns = [
    path("lockers/", lockers.locker_list, name="list"),
    path("lockers/map/", chart.page, name="map"),
    path("lockers/<str:point_id>/", lockers.locker_detail, name="detail"),
]
