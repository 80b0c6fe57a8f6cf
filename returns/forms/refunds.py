"""Is the input well-formed? What people say of refunds."""

from django import forms

_NOT_LONG = 280


class ApproveRefundForm(forms.Form):
    """The amount that was seen, in pence."""

    pence = forms.IntegerField(min_value=1, max_value=10**12, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why no money goes back, or why it is due."""

    reason = forms.CharField(
        label="Why?",
        max_length=_NOT_LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why, in a few words."},
    )

    @classmethod
    def of(cls, name: str) -> "ReasonForm":
        """The form of one refund or garment among others on a page."""
        return cls(auto_id=f"{name}-%s")
