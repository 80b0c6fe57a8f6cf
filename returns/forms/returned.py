"""Is the input well-formed? A photo that a person brings, and the order that a return belongs to."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from returns.rules.photos import MOST_BYTES


class PhotoForm(forms.Form):
    """One photo. Its bytes decide what it is; here only how many there are."""

    photo = forms.FileField(label="Add a photo", widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}))

    @classmethod
    def of(cls, item_id: int, *sent: Any) -> "PhotoForm":
        """The form of one garment among others on a page."""
        data, files = sent or (None, None)
        return cls(data, files, auto_id=f"garment-{item_id}-%s")

    def clean_photo(self) -> UploadedFile:
        photo: UploadedFile = self.cleaned_data["photo"]
        if (photo.size or 0) > MOST_BYTES:
            raise forms.ValidationError(f"The photo is larger than {MOST_BYTES // 1_000_000} MB. Send it smaller.")
        return photo


class MatchForm(forms.Form):
    number = forms.CharField(label="Order number", max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"}))
