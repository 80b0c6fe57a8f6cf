"""At what address?"""

from django.urls import path

from returns.views import accounts, by_hand, completing, deciding, delegations, desk, limits, one, photos, refunds, returned, reversing

app_name = "returns"

urlpatterns = [
    path("returns/", returned.return_list, name="returns"),
    path("returns/photos/<int:pk>/", photos.photo, name="photo"),
    path("returns/photos/<int:pk>/again/", photos.again, name="photo-again"),
    path("returns/garments/<int:pk>/photos/", photos.add, name="photo-add"),
    path("returns/refunds/", refunds.refund_list, name="refunds"),
    path("returns/refunds/<int:pk>/approve/", refunds.approve, name="refund-approve"),
    path("returns/refunds/<int:pk>/decline/", refunds.decline, name="refund-decline"),
    path("returns/garments/<int:pk>/refund/", refunds.propose, name="refund-propose"),
    path("returns/match/<path:acs_id>/", returned.match, name="match"),
    path("returns/<path:acs_id>/", returned.return_page, name="return"),
    path("write-offs/", desk.write_offs, name="write-offs"),
    path("write-offs/approve/", deciding.approve, name="approve"),
    path("write-offs/raise/", by_hand.by_hand, name="raise"),
    path("write-offs/<str:reference>/", one.write_off, name="write-off"),
    path("write-offs/<str:reference>/query/", deciding.query, name="query"),
    path("write-offs/<str:reference>/reject/", deciding.reject, name="reject"),
    path("write-offs/<str:reference>/answer/", deciding.answer, name="answer"),
    path("write-offs/<str:reference>/complete/", completing.complete, name="complete"),
    path("write-offs/<str:reference>/reverse/", reversing.reverse, name="reverse"),
    path("write-offs/<str:reference>/post-again/", reversing.post_again, name="post-again"),
    path("settings/limits/", limits.limits, name="limits"),
    path("settings/limits/<int:pk>/confirm/", limits.confirm, name="confirm-limit"),
    path("settings/limits/<int:pk>/withdraw/", limits.withdraw, name="withdraw-limit"),
    path("settings/accounts/", accounts.accounts, name="accounts"),
    path("settings/delegations/", delegations.delegations, name="delegations"),
    path("settings/delegations/<int:pk>/end/", delegations.end, name="end-delegation"),
]
