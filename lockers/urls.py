"""At what address?"""

from django.urls import path

from lockers.views import addresses, chart, labels, lockers

app_name = "lockers"

urlpatterns = [
    path("labels/", labels.label_list, name="labels"),
    path("labels/print/", labels.print_many, name="print-labels"),
    path("labels/<int:parcel_id>/", labels.label_page, name="label"),
    path("labels/<str:signed>.pdf", addresses.by_address, {"form": "pdf"}, name="signed-pdf"),
    path("labels/<str:signed>.zpl", addresses.by_address, {"form": "zpl"}, name="signed-zpl"),
    path("labels/<int:parcel_id>/print/", labels.label_print, name="print-label"),
    path("lockers/", lockers.locker_list, name="list"),
    path("lockers/map/", chart.page, name="map"),
    path("lockers/<str:point_id>/", lockers.locker_detail, name="detail"),
]
