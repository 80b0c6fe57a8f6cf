"""How a channel of alerts is used, and when nothing new is raised."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils import timezone

from exceptions_queue.actions.alerts import DELAYS
from exceptions_queue.states import AlertKind, ChannelKind, Owner

LONGEST_QUIET = timedelta(days=7)


class ChannelForm(forms.Form):
    """How one channel is used: whether, for which desks, to whom for e-mail, and how many minutes it waits per kind of alert."""

    enabled = forms.BooleanField(label="Use it", required=False)
    to = forms.CharField(label="To", max_length=500, required=False, help_text="Addresses, separated by commas.")
    desks = forms.MultipleChoiceField(
        label="For these desks", choices=Owner.choices, required=False, widget=forms.CheckboxSelectMultiple, help_text="None means all."
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, minutes in DELAYS.items():
            label = f"{AlertKind(name).label}: minutes to wait"
            self.fields[f"wait_{name}"] = forms.IntegerField(label=label, min_value=0, max_value=1440, initial=minutes)
        self._mails = kind == ChannelKind.EMAIL
        if not self._mails:
            del self.fields["to"]

    def clean_to(self) -> str:
        addresses = [address.strip() for address in self.cleaned_data["to"].split(",") if address.strip()]
        for address in addresses:
            validate_email(address)
        return ", ".join(addresses)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self._mails and cleaned.get("enabled") and "to" in cleaned and not cleaned["to"]:
            self.add_error("to", "Say to whom, or leave the channel off.")
        return cleaned

    def values(self) -> dict[str, Any]:
        said = self.cleaned_data
        delays = {str(name): said[f"wait_{name}"] for name in DELAYS}
        return {"enabled": said["enabled"], "desks": said["desks"], "delays": delays} | ({"to": said["to"]} if self._mails else {})


class QuietForm(forms.Form):
    """A time in which nothing new is raised. Times as the desk's clocks show them."""

    starts_at = forms.DateTimeField(label="From", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    ends_at = forms.DateTimeField(label="Until", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    why = forms.CharField(label="Why?", max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and not timezone.now() < ends <= starts + LONGEST_QUIET:
            self.add_error("ends_at", "It must end in the future and within a week of its start.")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "It must end after it starts.")
        return cleaned
