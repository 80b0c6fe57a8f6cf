"""At what address? Everything for programs."""

from django.urls import path

from config.api.docs import Docs, Schema
from exceptions_queue.api import cases
from inventory import api as inventory
from lockers import api as lockers
from orders import api as orders
from partners import api as partners
from returns import api as returns

app_name = "api"

urlpatterns = [
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="docs"),
    path("v1/orders/", orders.Orders.as_view(), name="orders"),
    path("v1/orders/<str:number>/", orders.OneOrder.as_view(), name="order"),
    *(path(f"v1/orders/<str:number>/{act}/", view.as_view(), name=f"order-{act}") for act, view in orders.ACTS.items()),
    path("v1/exceptions/", cases.Cases.as_view(), name="exceptions"),
    path("v1/exceptions/<int:pk>/", cases.OneCase.as_view(), name="exception"),
    *(path(f"v1/exceptions/<int:pk>/{act}/", view.as_view(), name=f"exception-{act}") for act, view in cases.ACTS.items()),
    path("v1/lockers/", lockers.Lockers.as_view(), name="lockers"),
    path("v1/lockers/<str:point_id>/", lockers.OneLocker.as_view(), name="locker"),
    path("v1/lockers/<str:point_id>/alternatives/", lockers.LockerAlternatives.as_view(), name="locker-alternatives"),
    path("v1/stock/<path:sku>/", inventory.OneSku.as_view(), name="stock"),
    path("v1/locker-eligibility/", orders.Eligibility.as_view(), name="locker-eligibility"),
    path("v1/carrier-service/", orders.carrier_service, name="carrier-service"),
    path("v1/write-offs/", returns.WriteOffs.as_view(), name="write-offs"),
    *(path(f"v1/write-offs/<str:reference>/{act}/", view.as_view(), name=f"write-off-{act}") for act, view in returns.ACTS.items()),
    path("v1/sync-runs/", partners.Runs.as_view(), name="sync-runs"),
]
