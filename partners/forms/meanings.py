"""What a person says that a code means, row by row or as a file."""

import csv
import io
import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.module_loading import import_string

from partners.mappings import fold, statuses
from partners.models import CodeMapping

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


# A file of them: its columns by what people call them.
COLUMNS = {"status": "status", "status at acs": "status", "means": "target", "state": "target", "sellable": "sellable", "bucket": "bucket"}
_YES, _NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0", ""}
MOST_BYTES = 200_000


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

    @classmethod
    def of_file(cls, mapping: CodeMapping, cells: Mapping[str, str]) -> "StockForm":
        """A row of a file: a state and a bucket by our word or by its label, and sellable as yes or no."""
        told = {
            "target": _word(ITEM_STATES, cells.get("target", "")),
            "sellable": "on" if cells.get("sellable", "").casefold() in _YES else "",
            "bucket": _word(BUCKETS, cells.get("bucket", "")),
            "version": str(mapping.version),
        }
        return cls({f"{mapping.pk}-{name}": value for name, value in told.items()}, row=str(mapping.pk))

    def faults_of_file(self, cells: Mapping[str, str]) -> list[str]:
        """What cannot be, each with its column and what to write instead."""
        faults = []
        for column, name, path in (("means", "target", ITEM_STATES), ("bucket", "bucket", BUCKETS)):
            known = import_string(path)
            if (said := self.data[f"{self.prefix}-{name}"]) and said not in known.values:
                faults.append(f"{column}: “{said[:40]}” is none of {', '.join(known.values)}.")
        if (said := cells.get("sellable", "")).casefold() not in _YES | _NO:
            faults.append(f"sellable: “{said[:40]}” must be yes or no.")
        return faults or [f"{name.replace('target', 'means')}: {whys[0]}" for name, whys in self.errors.items()]


def _word(path: str, said: str) -> str:
    """Our word for what somebody wrote; what it is no word for stays as it was, to be refused."""
    labels = {str(label).casefold(): str(value) for value, label in import_string(path).choices}
    folded = said.casefold()
    return labels.get(folded) or (folded if folded in labels.values() else said)


class MeaningsFileForm(forms.Form):
    """A CSV file of meanings: `rows` are (row number, cells by our names). Whether a status exists is not its business."""

    file = forms.FileField(label="CSV file", widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}))

    def clean_file(self) -> list[tuple[int, dict[str, str]]]:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_BYTES // 1000} kB. Leave out the rows that change nothing.")
        body: bytes = file.read()
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = body.decode("cp1252", "replace")
        try:
            return list(_rows_of_file(text))
        except csv.Error as error:
            raise forms.ValidationError(f"The file cannot be read as CSV: {error}. Save it as CSV again.") from error


def _rows_of_file(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    first = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    names = [COLUMNS.get(" ".join(cell.casefold().split()), "") for cell in next(lines, [])]
    if lacking := [name for name in ("status", "means") if COLUMNS[name] not in names]:
        needs = "It needs status and means, and may have sellable and bucket."
        raise forms.ValidationError(f"The first row names no column {lacking[0]}. {needs}")
    for number, line in enumerate(lines, start=2):
        if any(cell.strip() for cell in line):
            yield number, {name: " ".join(cell.split()) for name, cell in zip(names, line, strict=False) if name}


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
