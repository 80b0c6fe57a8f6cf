"""Is the input well-formed? One small form per fix; whether the value is right, the action says."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from exceptions_queue.states import Owner
from orders.models import CarrierRate, Order, ResolverRule
from orders.problems import read_methods
from orders.rules import resolver
from orders.states import Destination
from partners.models import CodeMapping


class FixForm(forms.Form):
    """A fix knows the order it is for, and the version of it that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        self.order = order
        kwargs["initial"] = {**self.starting(order), "version": order.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def starting(self, order: Order) -> Mapping[str, Any]:
        return {name: getattr(order, name) for name in self.base_fields if hasattr(order, name) and name != "version"}

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class MobileForm(FixForm):
    value = forms.CharField(label="Mobile number", max_length=60, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}))

    def starting(self, order: Order) -> Mapping[str, Any]:
        return {"value": order.mobile}


class EmailForm(FixForm):
    value = forms.CharField(
        label="E-mail address", max_length=254, widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"})
    )

    def starting(self, order: Order) -> Mapping[str, Any]:
        return {"value": order.email}


class NameForm(FixForm):
    first_name = forms.CharField(label="First name", max_length=100)
    last_name = forms.CharField(label="Last name", max_length=100)


class AddressForm(FixForm):
    address1 = forms.CharField(label="Address line 1", max_length=200)
    address2 = forms.CharField(label="Address line 2", max_length=200, required=False)
    city = forms.CharField(label="Town or city", max_length=100)
    county = forms.CharField(label="County", max_length=100, required=False)
    postcode = forms.CharField(label="Postcode", max_length=20)
    country = forms.ChoiceField(
        label="Country", choices=[("GB", "United Kingdom"), ("IM", "Isle of Man"), ("GG", "Guernsey"), ("JE", "Jersey")]
    )


class ClearHoldForm(forms.Form):
    reason = forms.CharField(label="Why may it go?", max_length=300, required=False)


class LockerForm(FixForm):
    """One of the lockers shown (`picked`), or another one typed in, which then counts."""

    locker_id = forms.CharField(label="Or another locker's ID", max_length=40, required=False)

    def starting(self, order: Order) -> Mapping[str, Any]:
        return {"locker_id": ""}

    def values(self) -> dict[str, Any]:
        return {"locker_id": self.cleaned_data["locker_id"] or str(self.data.get("picked", "")).replace("\x00", "")[:40]}


class HomeForm(FixForm):
    delivery_method = forms.ChoiceField(label="Home delivery by")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delivery_method"].choices = home_methods()  # type: ignore[attr-defined]

    def starting(self, order: Order) -> Mapping[str, Any]:
        return {}


def home_methods() -> list[tuple[str, str]]:
    """The mapped delivery methods that go to a door, as (code, words)."""
    homes = {folded for folded, method in read_methods().items() if method.destination == Destination.HOME}
    rows = CodeMapping.objects.filter(partner="acs", kind=CodeMapping.Kind.DELIVERY_METHOD, folded__in=homes).order_by("raw")
    return [(row.raw, f"{row.raw.replace('_', ' ')} (ACS service {row.target}, {row.flags.get('agent', '')})") for row in rows]


class DatesForm(FixForm):
    dispatch_on = forms.DateField(label="Dispatch", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    deliver_on = forms.DateField(label="Delivery", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    event_on = forms.DateField(label="Event", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    return_on = forms.DateField(label="Return", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def starting(self, order: Order) -> Mapping[str, Any]:
        days = {name: getattr(order, name) for name in ("dispatch_on", "deliver_on", "event_on", "return_on")}
        return {name: day.isoformat() if day else "" for name, day in days.items()}


class CustomsForm(FixForm):
    contents = forms.CharField(label="What is inside", max_length=200)
    value = forms.DecimalField(label="Value in pounds", min_value=0, max_digits=9, decimal_places=2)

    def starting(self, order: Order) -> Mapping[str, Any]:
        pence = order.customs_value_pence or order.total_pence
        return {"contents": order.customs_contents, "value": f"{pence // 100}.{pence % 100:02d}"}

    def values(self) -> dict[str, Any]:
        return {"contents": self.cleaned_data["contents"], "value_pence": int(self.cleaned_data["value"] * 100)}


class PlainForm(FixForm):
    """A fix that asks nothing but a yes."""

    def starting(self, order: Order) -> Mapping[str, Any]:
        return {}


class ReasonForm(PlainForm):
    reason = forms.CharField(label="Why?", max_length=300)


class ReplaceLabelForm(forms.Form):
    """About a parcel and not an order: it knows the version of the parcel that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label="Why is it replaced?", max_length=200, help_text="It is kept with the old label.")


class HoldForm(PlainForm):
    reason = forms.CharField(label="Why is it held?", max_length=300)
    exit = forms.CharField(label="What ends the hold?", max_length=300)
    until = forms.DateField(label="Look at it again on", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def values(self) -> dict[str, Any]:
        until = self.cleaned_data["until"]
        return super().values() | {"until": _morning(until) if until else None}


class ExtendHoldForm(PlainForm):
    until = forms.DateField(label="Look at it again on", widget=forms.DateInput(attrs={"type": "date"}))
    owner = forms.ChoiceField(label="Who looks after it", choices=Owner.choices)
    reason = forms.CharField(label="Why is it held on?", max_length=300)

    def values(self) -> dict[str, Any]:
        return super().values() | {"until": _morning(self.cleaned_data["until"])}


class WaitWholeForm(PlainForm):
    """What of an order is missing before it is sent to ACS, and when it is expected."""

    line_ids = forms.MultipleChoiceField(label="What is missing?", widget=forms.CheckboxSelectMultiple)
    ready_on = forms.DateField(label="Expected on", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, order=order, **kwargs)
        lines = order.lines.filter(quantity__gt=0).order_by("pk")
        choices = [(line.line_id, f"{line.quantity} × {line.name or line.sku}") for line in lines]
        self.fields["line_ids"].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {"line_ids": self.cleaned_data["line_ids"], "ready_at": _morning(self.cleaned_data["ready_on"])}


def _morning(day: date) -> datetime:
    """Ten o'clock in London: what is promised for a day is looked at before that day's order cut-off."""
    return datetime.combine(day, time(10), timezone.get_default_timezone())


class MessageForm(forms.Form):
    """What a customer is told, and the version of it that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    subject = forms.CharField(label="Subject", max_length=150)
    body = forms.CharField(label="Text", max_length=5000, widget=forms.Textarea(attrs={"rows": 16, "data-copy": "Copy the text"}))


class WaitForm(forms.Form):
    """A decision about one wait, and the version of it that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class SignOffForm(forms.Form):
    """What a person adds to their signature under an integrity run."""

    note = forms.CharField(
        label="Note",
        max_length=400,
        required=False,
        help_text="What is being done about the failures. No address or number here.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class WaitOnForm(WaitForm):
    ready_at = forms.DateTimeField(label="Ready by", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))


class WaitSplitForm(WaitForm):
    consent = forms.CharField(
        label="How and when did the customer agree?",
        max_length=400,
        help_text="In writing, such as: e-mail of 9 June, 14:20. No address or number here.",
    )


class WaitHomeForm(WaitForm):
    delivery_method = forms.ChoiceField(label="Home delivery by")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delivery_method"].choices = home_methods()  # type: ignore[attr-defined]


class ResolverRuleForm(forms.ModelForm):
    """A place to look for a fact. A pattern that could run away is refused here, before it meets an order."""

    class Meta:
        model = ResolverRule
        fields = ["fact", "name", "source", "key", "json_path", "pattern", "enabled"]

    def clean_pattern(self) -> str:
        pattern = str(self.cleaned_data["pattern"])
        if pattern and (fault := resolver.pattern_fault(pattern)):
            raise forms.ValidationError(fault)
        return pattern


class CarrierRateForm(forms.ModelForm):
    """One delivery option of the shop's checkout."""

    class Meta:
        model = CarrierRate
        fields = ["service_code", "name", "description", "price_pence", "currency"]
        fields += ["locker", "phone_required", "min_days", "max_days", "active"]
        labels = {"price_pence": "Price in pence", "locker": "Goes to a locker", "min_days": "Days, at least", "max_days": "Days, at most"}

    def clean_price_pence(self) -> int:
        if not 0 <= (pence := int(self.cleaned_data["price_pence"])) <= 100_000:
            raise forms.ValidationError("Write the price in pence, from 0 to 100000: 295 is £2.95.")
        return pence

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise forms.ValidationError("Write the currency as three letters, such as GBP.")
        return code

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        least, most = given.get("min_days"), given.get("max_days")
        if (least is None) != (most is None):
            self.add_error("max_days", "Give both numbers of days, or neither.")
        elif least is not None and most is not None and not 0 <= least <= most <= 60:
            self.add_error("max_days", "The days go from the fewest to the most, at most 60.")
        return given


class FixManyForm(forms.Form):
    """What a bulk fix needs to know beside the orders."""

    def params(self) -> dict[str, Any]:
        """As far as they are known: what was typed, else what stands there at first."""
        return {name: self[name].value() or "" for name in self.fields}


class HomeManyForm(FixManyForm):
    delivery_method = forms.ChoiceField(label="Home delivery method", choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["delivery_method"]
        field.choices = home_methods()  # type: ignore[attr-defined]
        self.initial.setdefault("delivery_method", field.choices[0][0] if field.choices else "")  # type: ignore[attr-defined]


BULK_FORMS: dict[str, type[FixManyForm]] = {
    "recheck": FixManyForm,
    "use_proposed_mobile": FixManyForm,
    "nearest_locker": FixManyForm,
    "convert_to_home": HomeManyForm,
}
