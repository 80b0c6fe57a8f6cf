"""How long something is to be kept, and why."""

from typing import Any

from django import forms

from partners.rules.retention import Kept, why_not


class RetentionForm(forms.Form):
    """Days within the bounds of what is kept, and a reason for the audit log."""

    days = forms.IntegerField(label="Days", min_value=1, max_value=100_000)
    reason = forms.CharField(label="Why?", max_length=300)

    def __init__(self, *args: Any, kept: Kept, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept = kept
        self.fields["days"].help_text = f"{kept.least} to {kept.most:,}."

    def clean_days(self) -> int:
        days = int(self.cleaned_data["days"])
        if why := why_not(self._kept, days):
            raise forms.ValidationError(why)
        return days
