"""Is the input well-formed? What an admin may send about a person, and a newcomer about their password."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password

from config.roles import ROLES

_ROLES = [(role.name, role.label) for role in ROLES.values()]
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ReasonForm(forms.Form):
    """Every act says why. The sentence goes into the audit log, so no personal data belongs in it."""

    reason = forms.CharField(label="Why?", max_length=400, help_text="Kept in the audit log. No addresses or numbers of people, please.")


class DatesForm(ReasonForm):
    starts_on = forms.DateField(label="First day", required=False, widget=_DAY)
    ends_on = forms.DateField(
        label="Last day", required=False, widget=_DAY, help_text="After it they are out, without anybody doing anything."
    )
    field_order = ["starts_on", "ends_on", "reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "The last day comes before the first.")
        return cleaned


class RolesForm(ReasonForm):
    """`seen` is what the roles were when the page was made."""

    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=_ROLES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role. To let somebody do nothing, end their access."},
    )
    seen = forms.MultipleChoiceField(choices=_ROLES, required=False, widget=forms.MultipleHiddenInput)
    field_order = ["roles", "reason", "seen"]


class InviteForm(DatesForm):
    first_name = forms.CharField(label="First name", max_length=150)
    last_name = forms.CharField(label="Last name", max_length=150)
    email = forms.EmailField(label="E-mail address", max_length=254)
    roles = forms.MultipleChoiceField(
        label="Roles", choices=_ROLES, widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one role."}
    )
    field_order = ["first_name", "last_name", "email", "roles", "starts_on", "ends_on", "reason"]


class PasswordForm(forms.Form):
    """A password of the newcomer's own, twice. `token` is the link's secret: it came with the address once and now stays in the body."""

    token = forms.CharField(max_length=100, widget=forms.HiddenInput)
    password = forms.CharField(
        label="Password",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=" ".join(password_validators_help_texts()),
    )
    again = forms.CharField(
        label="The same again", max_length=128, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"password", "again"} <= cleaned.keys() and cleaned["password"] != cleaned["again"]:
            self.add_error("again", "The two passwords differ.")
        return cleaned


class ReviewForm(ReasonForm):
    """A signature for everybody's access: for the list that was seen, and what the person makes of it."""

    seen_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)
    field_order = ["reason", "seen_hash"]
