"""Is the input well-formed? The size and the customs facts of a product, and the files people upload."""

from collections.abc import Callable
from datetime import datetime
from itertools import permutations
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from exceptions_queue.queries import words
from inventory import rules
from inventory.actions import CORRECTABLE, NOT_THERE
from inventory.models import BufferRule, Product
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


class FreezeForm(forms.Form):
    """Why the shop is not to be told what may be sold."""

    reason = forms.CharField(label="Why", min_length=5, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_reason(self) -> str:
        return " ".join(str(self.cleaned_data["reason"]).split())


class StockUploadForm(UploadForm):
    """One stock file of ACS's."""


class ReasonForm(forms.Form):
    """Why a file is right although it looks wrong."""

    reason = forms.CharField(label="Why is it right although it looks wrong?", max_length=400)


class WhyForm(forms.Form):
    """Why a meaning changes: the second person and the history read it."""

    reason = forms.CharField(label="Why?", max_length=400, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def _reason(about: str) -> forms.CharField:
    return forms.CharField(label="Reason", max_length=300, min_length=3, help_text=about)


class BufferForm(forms.Form):
    """How long the garments of a group wait after they became ready."""

    scope = forms.ChoiceField(label="For", choices=BufferRule.Scope.choices)
    value = forms.CharField(label="Which one", max_length=80, required=False, help_text="Empty for all goods.")
    hours = forms.IntegerField(
        label="Hours off sale",
        min_value=0,
        max_value=2160,
        help_text="Counted from when ACS says it is ready.",
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "A whole number of hours from 0 to 2,160 (90 days)."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    expires_at = forms.DateTimeField(
        label="Until",
        required=False,
        validators=words.SAYABLE,
        help_text="Empty: until somebody changes it.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = _reason("Why, for whoever looks at it in a month.")

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at

    def clean_expires_at(self) -> datetime | None:
        expires: datetime | None = self.cleaned_data["expires_at"]
        if expires and expires <= self.at:
            raise forms.ValidationError("Choose a time that is still to come.")
        return expires

    def clean(self) -> dict[str, Any]:
        """All goods have no name; every other group has one."""
        cleaned = super().clean() or {}
        scope, value = cleaned.get("scope"), cleaned.get("value", "")
        if scope == BufferRule.Scope.ALL and value:
            self.add_error("value", "A rule for all goods names none of them: leave it empty.")
        elif scope == BufferRule.Scope.SKU and len(value) > 64:
            self.add_error("value", "A SKU has at most 64 characters.")
        elif scope and scope != BufferRule.Scope.ALL and not value and "value" not in self.errors:
            self.add_error("value", "Say which one.")
        return cleaned


class ConfirmForm(forms.Form):
    """Why a garment that came back from where nothing comes back may be sold."""

    reason = _reason("Who has seen the garment and its tag, and what they found.")


class ReserveForm(forms.Form):
    """How many of a SKU are kept back from sale."""

    quantity = forms.IntegerField(
        label="Keep back",
        min_value=0,
        max_value=100_000,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "A whole number of garments from 0 to 100,000."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason = _reason("Such as: for the photo shoot on Friday.")
