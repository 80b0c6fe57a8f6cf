"""At what address? The pages that count across rooms, and the machine's own."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
