"""At what address?"""

from django.urls import path

from lockers.views import chart, labels, lockers

app_name = "lockers"

urlpatterns = [
    path("labels/", labels.label_list, name="labels"),
    path("labels/<int:parcel_id>/print/", labels.label_print, name="print-label"),
    path("lockers/", lockers.locker_list, name="list"),
    path("lockers/map/", chart.page, name="map"),
    path("lockers/<str:point_id>/", lockers.locker_detail, name="detail"),
]
