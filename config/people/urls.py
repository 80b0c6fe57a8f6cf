"""At what address? The people of the desk, and the door for newcomers."""

from django.urls import path

from config.people import review_views, views, welcome

app_name = "people"

urlpatterns = [
    path("settings/people/", views.people, name="list"),
    path("settings/people/invite/", views.invite, name="invite"),
    path("settings/people/review/", review_views.page, name="review"),
    path("settings/people/review/sign/", review_views.sign, name="review-sign"),
    path("settings/people/<int:pk>/", views.person, name="person"),
    path("settings/people/<int:pk>/roles/", views.roles, name="roles"),
    path("settings/people/<int:pk>/dates/", views.dates, name="dates"),
    path("settings/people/<int:pk>/deactivate/", views.deactivate, name="deactivate"),
    path("settings/people/<int:pk>/link/", views.link, name="link"),
    path("settings/people/<int:pk>/tokens/<int:token_pk>/revoke/", views.revoke_token, name="revoke-token"),
    path("welcome/", welcome.chosen, name="welcome"),
    path("welcome/<str:secret>/", welcome.opened, name="welcome-link"),
]
