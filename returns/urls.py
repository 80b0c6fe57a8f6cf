"""At what address?"""

from django.urls import path

from returns.views import completing, deciding, delegations, desk, limits, one, reversing

app_name = "returns"

urlpatterns = [
    path("write-offs/", desk.write_offs, name="write-offs"),
    path("write-offs/approve/", deciding.approve, name="approve"),
    path("write-offs/<str:reference>/", one.write_off, name="write-off"),
    path("write-offs/<str:reference>/query/", deciding.query, name="query"),
    path("write-offs/<str:reference>/reject/", deciding.reject, name="reject"),
    path("write-offs/<str:reference>/answer/", deciding.answer, name="answer"),
    path("write-offs/<str:reference>/complete/", completing.complete, name="complete"),
    path("write-offs/<str:reference>/reverse/", reversing.reverse, name="reverse"),
    path("settings/limits/", limits.limits, name="limits"),
    path("settings/limits/<int:pk>/confirm/", limits.confirm, name="confirm-limit"),
    path("settings/limits/<int:pk>/withdraw/", limits.withdraw, name="withdraw-limit"),
    path("settings/delegations/", delegations.delegations, name="delegations"),
    path("settings/delegations/<int:pk>/end/", delegations.end, name="end-delegation"),
]
