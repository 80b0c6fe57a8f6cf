"""Is the input well-formed? What a person may say about a mapping or a feed."""

import re
from abc import abstractmethod
from datetime import timedelta
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.module_loading import import_string

from exceptions_queue.actions.alerts import DELAYS
from exceptions_queue.queries import words
from exceptions_queue.states import AlertKind, ChannelKind, Owner
from partners.mappings import fold, statuses
from partners.models import CodeMapping

LONGEST_QUIET = timedelta(days=7)
_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")
DESTINATIONS = [("", "Choose"), ("locker", "InPost Locker"), ("home", "Home delivery")]
SERVICES, AGENTS = ("24", "48", "ND"), ("INPOST", "RM", "DPD")


def _code(label: str, known: str) -> forms.CharField:
    attrs = {"list": known, "autocomplete": "off", "size": 6, "placeholder": label.removeprefix("ACS ")}
    return forms.CharField(label=label, max_length=20, required=False, widget=forms.TextInput(attrs=attrs))


class MappingForm(forms.Form):
    """What a code means. `meaning` gives it as (target, flags)."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: str = "new", **kwargs: Any) -> None:
        """`row` keeps the ids of many forms on one page apart, and names the form element the fields belong to."""
        super().__init__(*args, **{**kwargs, "auto_id": f"{row}-%s"})
        for field in self.fields.values():
            field.widget.attrs |= {"form": f"form-{row}"}

    @classmethod
    def for_row(cls, mapping: CodeMapping) -> "MappingForm":
        return cls(initial=cls.of(mapping), row=str(mapping.pk))

    @abstractmethod
    def meaning(self) -> tuple[str, dict[str, Any]]:
        """The target and the flags that were chosen."""

    @classmethod
    @abstractmethod
    def of(cls, mapping: CodeMapping) -> dict[str, Any]:
        """The values a row's form starts with."""


class StatusForm(MappingForm):
    target = forms.ChoiceField(label="Means", required=False, choices=lambda: [("", "Unmapped"), *statuses()])

    def meaning(self) -> tuple[str, dict[str, str]]:
        return self.cleaned_data["target"], {}

    @classmethod
    def of(cls, mapping: CodeMapping) -> dict[str, Any]:
        return {"target": mapping.target, "version": mapping.version}


class DeliveryForm(MappingForm):
    """All three together, or none: half a delivery method would send an order astray."""

    service = _code("ACS service", "services")
    agent = _code("ACS agent", "agents")
    destination = forms.ChoiceField(label="Goes to", choices=DESTINATIONS, required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for name in ("service", "agent"):
            said[name] = said.get(name, "").strip().upper()
            if said[name] and not _CODE.fullmatch(said[name]):
                self.add_error(name, "Letters, digits, dashes and underscores only, as agreed with ACS.")
        given = [name for name in ("service", "agent", "destination") if said.get(name)]
        if given and len(given) < 3 and not self.errors:
            missing = next(name for name in ("service", "agent", "destination") if name not in given)
            self.add_error(missing, "Fill in service, agent and destination, or leave all three empty.")
        return said

    def meaning(self) -> tuple[str, dict[str, str]]:
        said = self.cleaned_data
        return said["service"], {name: said[name] for name in ("agent", "destination") if said["service"]}

    @classmethod
    def of(cls, mapping: CodeMapping) -> dict[str, Any]:
        flags = mapping.flags
        return {"service": mapping.target, "agent": flags.get("agent"), "destination": flags.get("destination"), "version": mapping.version}


# The words of the room that owns garments, and its rule for them; we know it by name only.
ITEM_STATES, BUCKETS, FAULT_OF = "inventory.states.ItemState", "inventory.states.Bucket", "inventory.rules.fault_of"


class StockForm(MappingForm):
    """What garments with this status are, whether they may be sold, and where the shop counts them until then. Many in one form element."""

    target = forms.ChoiceField(label="Means", required=False, choices=lambda: [("", "Unmapped"), *import_string(ITEM_STATES).choices])
    sellable = forms.BooleanField(label="Sellable", required=False)
    bucket = forms.ChoiceField(
        label="Until sold, counted as", required=False, choices=lambda: [("", "Choose"), *import_string(BUCKETS).choices]
    )

    def __init__(self, *args: Any, row: str = "new", **kwargs: Any) -> None:
        super().__init__(*args, **{"row": row, "prefix": row, **kwargs})
        for field in self.fields.values():
            field.widget.attrs["form"] = "draft"

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            field, why = import_string(FAULT_OF)(said["target"], sellable=said["sellable"], bucket=said["bucket"])
            if why:
                self.add_error(field, why)
        return said

    def meaning(self) -> tuple[str, dict[str, Any]]:
        said = self.cleaned_data
        return said["target"], {"sellable": said["sellable"], "bucket": said["bucket"]} if said["target"] else {}

    @classmethod
    def of(cls, mapping: CodeMapping) -> dict[str, Any]:
        flags = mapping.flags
        return {
            "target": mapping.target,
            "sellable": flags.get("sellable") is True,
            "bucket": flags.get("bucket", ""),
            "version": mapping.version,
        }


# The words of the room that owns returns; we know it by name only.
GRADES = "returns.states.Grade"


class GradeForm(MappingForm):
    """What one of ACS's grades means. "Not graded yet" is no meaning of a grade, and "unmapped" is none at all."""

    target = forms.ChoiceField(label="Means", required=False, choices=lambda: [("", "Unmapped"), *_grades()])

    def meaning(self) -> tuple[str, dict[str, str]]:
        return self.cleaned_data["target"], {}

    @classmethod
    def of(cls, mapping: CodeMapping) -> dict[str, Any]:
        return {"target": mapping.target, "version": mapping.version}


def _grades() -> list[tuple[str, str]]:
    return [(value, label) for value, label in import_string(GRADES).choices if value not in ("ungraded", "unknown")]


# Saved at once; the kinds of `partners.actions.meanings.PROPOSED` are not among them.
FORMS: dict[str, type[MappingForm]] = {
    CodeMapping.Kind.DELIVERY_METHOD: DeliveryForm,
    CodeMapping.Kind.ORDER_STATUS: StatusForm,
    CodeMapping.Kind.GRADE: GradeForm,
}


class NewCodeForm(forms.Form):
    raw = forms.CharField(label="Code", max_length=200, widget=forms.TextInput(attrs={"form": "form-new", "autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "new-%s"})

    def clean_raw(self) -> str:
        raw = str(self.cleaned_data["raw"])
        if not fold(raw) or not raw.isprintable():
            raise forms.ValidationError("Type the code as the shop or ACS writes it.")
        return raw


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
