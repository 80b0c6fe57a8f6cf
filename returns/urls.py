"""At what address?"""

from django.urls import path

from returns.views import (
    accounts,
    by_hand,
    completing,
    deciding,
    delegations,
    desk,
    exporting,
    grade_effect,
    limits,
    month_end,
    one,
    photos,
    returned,
    reversing,
)

app_name = "returns"

urlpatterns = [
    path("returns/", returned.return_list, name="returns"),
    path("returns/photos/<int:pk>/", photos.photo, name="photo"),
    path("returns/photos/<int:pk>/again/", photos.again, name="photo-again"),
    path("returns/garments/<int:pk>/photos/", photos.add, name="photo-add"),
    path("returns/grades/<int:pk>/effect/", grade_effect.grade_effect, name="grade-effect"),
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
<<<<<<< HEAD
    path("month-end/<str:month>/register.csv", exporting.register, name="register"),
    path("month-end/<str:month>/evidence.zip", exporting.evidence, name="evidence"),
=======
    path("month-end/", month_end.months, name="months"),
    path("month-end/<str:month>/", month_end.month, name="month"),
    path("month-end/<str:month>/waiting/<str:kind>/", month_end.waiting, name="month-waiting"),
    path("month-end/<str:month>/sign/", month_end.sign, name="month-sign"),
    path("month-end/<str:month>/reopen/", month_end.reopen, name="month-reopen"),
>>>>>>> wip-month
    path("settings/limits/", limits.limits, name="limits"),
    path("settings/limits/<int:pk>/confirm/", limits.confirm, name="confirm-limit"),
    path("settings/limits/<int:pk>/withdraw/", limits.withdraw, name="withdraw-limit"),
    path("settings/accounts/", accounts.accounts, name="accounts"),
    path("settings/delegations/", delegations.delegations, name="delegations"),
    path("settings/delegations/<int:pk>/end/", delegations.end, name="end-delegation"),
]
