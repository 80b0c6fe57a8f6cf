"""At what address?"""

from django.urls import path

from returns.views import photos, returned

app_name = "returns"

urlpatterns = [
    path("returns/", returned.return_list, name="returns"),
    path("returns/photos/<int:pk>/", photos.photo, name="photo"),
    path("returns/photos/<int:pk>/again/", photos.again, name="photo-again"),
    path("returns/garments/<int:pk>/photos/", photos.add, name="photo-add"),
    path("returns/match/<path:acs_id>/", returned.match, name="match"),
    path("returns/<path:acs_id>/", returned.return_page, name="return"),
]
