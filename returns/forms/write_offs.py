"""Is the input well-formed? What people say of write-offs, limits and delegations. Amounts are typed in pounds and kept in pence."""

from typing import Any

from django import forms

from returns.actions.deciding import REASONS
from returns.models import LedgerAccount
from returns.rules.money import NotMoney, pence_of, pounds
from returns.states import LedgerClass, Route

MOST_AT_ONCE = 1_000
TIERS = (("finance", "Finance approver"), ("finance_manager", "Finance manager"))
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_NOT_LONG = 480


class PoundsField(forms.CharField):
    """An amount as people type it, such as 42.50 or £1,234.50; its value is whole pence. The fault of another says what to type."""

    def __init__(self, *, least: int = 1, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=20, **kwargs)
        self.least = least

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return pence_of(text, least=self.least)
        except NotMoney as fault:
            raise forms.ValidationError(str(fault)) from fault

    def prepare_value(self, value: Any) -> Any:
        return pounds(value).replace("£", "") if isinstance(value, int) else value


def _text(label: str, *, rows: int = 2, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=_NOT_LONG, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class ApproveForm(forms.Form):
    """What an approver adds. The total is asked for above a set sum, so that nobody approves it with one careless click."""

    total = PoundsField(label="Type the total", required=False)
    comment = _text("A word on it", required=False, help_text="Kept with each of them, for the auditor.")

    def __init__(self, *args: Any, total_pence: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not total_pence:
            del self.fields["total"]
            return
        self.fields["total"].required = True
        self.fields["total"].help_text = f"It is {pounds(total_pence)}: above this sum you type it once more."


class QueryForm(forms.Form):
    question = _text("What do you want to know?", help_text="Whoever completes write-offs answers; no names of customers, please.")


class AnswerForm(forms.Form):
    answer = _text("Your answer")


class RejectForm(forms.Form):
    """Why it is not written off: one of the common reasons, and what there is to add."""

    reason = forms.ChoiceField(label="Why?", choices=[("", "Choose a reason"), *REASONS.items()])
    note = _text("What the grader should look at", required=False)


class ReverseForm(forms.Form):
    reason = _text("Why is it taken back?", help_text="It stands in the audit log and beside the write-off.")


class CompleteForm(forms.Form):
    """What a write-off may lack: why, where the garment goes and the proof of it, and what it stands at.

    Each field carries what it was when the page was made: only what this person changed is saved.
    """

    reason = forms.CharField(label="Why it is beyond repair", max_length=200, required=False)
    route = forms.ChoiceField(label="Where it goes", choices=[("", "Not decided"), *Route.choices], required=False)
    certificate = forms.CharField(label="Certificate", max_length=120, required=False, help_text="Its number, or where the paper lies.")
    repair_pence = PoundsField(label="A repair would cost, in £", required=False, least=0)
    cleaning_pence = PoundsField(label="Cleaning would cost, in £", required=False, least=0)
    income_pence = PoundsField(label="It may still bring in, in £", required=False, least=0)
    ledger_class = forms.ChoiceField(label="In the books as", choices=[("", "Not known"), *LedgerClass.choices], required=False)
    owner = forms.CharField(label="Whose it is", max_length=120, required=False)
    cost_pence = PoundsField(label="Cost in £", required=False, least=0)
    depreciation_pence = PoundsField(label="Depreciation in £", required=False, least=0)
    cost_as_at = forms.DateField(label="Valued on", required=False, widget=_DAY)
    source = forms.CharField(label="Where the value comes from", max_length=200, required=False, help_text="Such as the asset register.")

    PAPER = ("reason", "route", "certificate", "repair_pence", "cleaning_pence", "income_pence")
    VALUE = ("ledger_class", "owner", "cost_pence", "depreciation_pence", "cost_as_at", "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def paper(self) -> list[forms.BoundField]:
        return [self[name] for name in self.PAPER]

    def value(self) -> list[forms.BoundField]:
        return [self[name] for name in self.VALUE]

    def changes(self) -> dict[str, Any]:
        """What this person changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}


class LimitForm(forms.Form):
    """How much a tier may approve at once, and above what a second person must approve too."""

    tier = forms.ChoiceField(label="For", choices=TIERS)
    limit_pence = PoundsField(label="May approve up to, in £", least=0)
    second_above_pence = PoundsField(label="A second person above, in £", least=0)
    reason = forms.CharField(label="Why?", max_length=200, help_text="Kept with this version of the limit.")


class DelegationForm(forms.Form):
    """Who stands in for me, from which day to which, and up to what."""

    taker = forms.ChoiceField(label="Who stands in for you")
    from_day = forms.DateField(label="From", widget=_DAY)
    to_day = forms.DateField(label="To", widget=_DAY, help_text="Both days are included.")
    limit_pence = PoundsField(label="Up to, in £")
    reason = forms.CharField(label="Why?", max_length=200, help_text="Such as: on leave.")

    def __init__(self, *args: Any, colleagues: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taker"].choices = [("", "Choose a colleague"), *colleagues]  # type: ignore[attr-defined]


class GraderForm(forms.Form):
    """Which colleague a grader is, of the names that ACS has sent: a name typed otherwise would keep nobody from anything."""

    grader = forms.ChoiceField(label="Grader at ACS")
    user = forms.ChoiceField(label="Which colleague")

    def __init__(self, *args: Any, graders: list[str], people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grader"].choices = [("", "Choose a grader"), *((name, name) for name in graders)]  # type: ignore[attr-defined]
        self.fields["user"].choices = [("", "Choose a person"), *people]  # type: ignore[attr-defined]


class AccountForm(forms.Form):
    """Which account stands for a purpose: one of the ledger's chart, or a typed code while the chart is not known."""

    purpose = forms.ChoiceField(label="For", choices=LedgerAccount.Purpose.choices)
    code = forms.CharField(label="Account", max_length=20)

    def __init__(self, *args: Any, chart: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if chart:
            self.fields["code"] = forms.ChoiceField(label="Account", choices=[("", "Choose an account"), *chart])


class ByHandForm(forms.Form):
    rfid = forms.CharField(label="RFID of the garment", max_length=64)
    reason = forms.CharField(label="Why it is beyond repair", max_length=200)
