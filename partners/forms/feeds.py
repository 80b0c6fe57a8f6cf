"""What a person says about a feed: from when it is read again, and why."""

from django import forms

from exceptions_queue.queries import words


class AgainForm(forms.Form):
    """From when a feed is read again, local time, and why."""

    since = forms.DateTimeField(
        label="Read again what changed since",
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        validators=words.SAYABLE,
    )
    reason = forms.CharField(label="Why?", max_length=400, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Why?", max_length=400, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
