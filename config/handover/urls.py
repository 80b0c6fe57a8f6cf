"""At what address?"""

from django.urls import path

from config.handover import views

urlpatterns = [
    path("handover/", views.page, name="handover"),
    path("handover/<int:pk>/", views.one, name="handover-one"),
    path("handover/<int:pk>/accept/", views.accept, name="handover-accept"),
    path("handover/<int:pk>/take-back/", views.take_back, name="handover-take-back"),
]
