"""What the account pages would do by e-mail, which Lockstep does not send yet: each says whom to ask instead.

They stand before allauth's own, whose names they keep.
"""

from django.urls import path, re_path

from config.people.welcome import ask_an_admin

_BY_MAIL = {
    "email/": "account_email",
    "confirm-email/": "account_email_verification_sent",
    "password/reset/": "account_reset_password",
    "password/reset/done/": "account_reset_password_done",
    "password/reset/key/done/": "account_reset_password_from_key_done",
    "login/code/confirm/": "account_confirm_login_code",
}

urlpatterns = [
    *(path(route, ask_an_admin, name=name) for route, name in _BY_MAIL.items()),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", ask_an_admin, name="account_confirm_email"),
    re_path(r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", ask_an_admin, name="account_reset_password_from_key"),
]
