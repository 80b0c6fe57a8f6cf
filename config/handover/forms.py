"""Is the input well-formed? What an outgoing lead adds to the draft."""

from django import forms


class HandoverForm(forms.Form):
    note = forms.CharField(
        label="Note for the next shift",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What the figures do not say. No names, addresses or numbers of customers, please.",
    )
