"""Is the input well-formed? The size and the customs facts of a product, and the files people upload."""

from collections.abc import Callable
from datetime import datetime
from itertools import permutations
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from inventory import rules
from inventory.actions import CORRECTABLE, NOT_THERE
from inventory.models import Product
from inventory.queries.measures import order_in_words as in_words

MEASURES = ("length_mm", "width_mm", "height_mm", "weight_g")
BIGGEST_FILE = 50_000_000
ORDERS = [(",".join(order), in_words(order)) for order in permutations(rules.DEFAULT_ORDER)]


def _measure(label: str, most: int, unit: str) -> forms.IntegerField:
    wrong = f"A whole number of {unit} from 1 to {most:,}."
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=most,
        error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class ProductForm(forms.Form):
    """What the desk may say of a SKU: its size, whether it folds, and what customs asks.

    `seen` is when the product was last changed, as this person saw it; empty for a new one.
    """

    length_mm = _measure("Length in mm", rules.LONGEST_MM, "mm")
    width_mm = _measure("Width in mm", rules.LONGEST_MM, "mm")
    height_mm = _measure("Height in mm", rules.LONGEST_MM, "mm")
    weight_g = _measure("Weight in g", rules.HEAVIEST_G, "g")
    rigid = forms.BooleanField(label="It keeps its shape, as shoes and boxes do", required=False)
    customs_description = forms.CharField(label="What it is, for customs", max_length=200, required=False)
    hs_code = forms.CharField(label="Commodity (HS) code", max_length=20, required=False, help_text="6 to 10 digits")
    origin_country = forms.CharField(label="Made in", max_length=4, required=False, help_text="Two letters, such as GB")
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    @classmethod
    def of(cls, product: Product | None, typed: dict[str, Any] | None = None) -> "ProductForm":
        """The form as the product stands, or with what a person typed over it."""
        standing = {name: getattr(product, name) for name in CORRECTABLE} if product else {"rigid": True}
        return cls(initial=standing | (typed or {}) | {"seen": product.changed_at.isoformat() if product else ""})

    def clean_hs_code(self) -> str:
        return self._by(rules.hs_code, "hs_code")

    def clean_origin_country(self) -> str:
        return self._by(rules.country, "origin_country")

    def clean_seen(self) -> datetime:
        text = self.cleaned_data["seen"]
        try:
            seen = datetime.fromisoformat(text) if text else NOT_THERE
        except ValueError as error:
            raise forms.ValidationError("This page is out of date: open it again.") from error
        if seen.tzinfo is None:
            raise forms.ValidationError("This page is out of date: open it again.")
        return seen

    def clean(self) -> dict[str, Any]:
        """A size is all three sides and the weight, or nothing: part of a size helps nobody."""
        cleaned = super().clean() or {}
        missing = [name for name in MEASURES if name not in self.errors and cleaned.get(name) is None]
        if 0 < len(missing) < len(MEASURES):
            for name in missing:
                self.add_error(name, "A size needs all three sides and the weight.")
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in CORRECTABLE}

    def _by(self, rule: Callable[[str], str], name: str) -> str:
        try:
            return rule(self.cleaned_data[name])
        except rules.NotUsable as refusal:
            raise forms.ValidationError(f"It {refusal}.") from refusal


class SourceOrderForm(forms.Form):
    """A brand ("": every other one) and the order in which its sources are heard."""

    brand = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)
    order = forms.ChoiceField(label="Whose word counts first", choices=ORDERS)

    def clean_order(self) -> list[str]:
        return str(self.cleaned_data["order"]).split(",")


class UploadForm(forms.Form):
    """One CSV file."""

    file = forms.FileField(label="CSV file", widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}))

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > BIGGEST_FILE:
            raise forms.ValidationError(f"The file is larger than {BIGGEST_FILE // 1_000_000} MB. Split it, or use the command: sync.")
        return file
