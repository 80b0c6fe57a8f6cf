"""Is the input well-formed? What people say when they sign a month off, or open it again."""

from typing import Any

from django import forms

_NOT_LONG = 300


class SignForm(forms.Form):
    """`seen` is the hash of the figures that this person looks at. `asks` is whether something remains, which needs a reason; where it is
    not told, a reason is taken and none is demanded."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why it is signed off with something left",
        max_length=_NOT_LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the figures and in the audit log, for the auditor.",
        error_messages={"required": "Say why the month is signed off with something left."},
    )

    def __init__(self, *args: Any, asks: bool | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = bool(asks)
        if asks is False:
            del self.fields["reason"]


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label="Why is it opened again?",
        max_length=_NOT_LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="It stands beside the month and in the audit log.",
    )
