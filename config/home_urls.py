"""At what address? The pages that count across rooms."""

from django.urls import path

from config import home

app_name = "home"

urlpatterns = [path("", home.today, name="today")]
