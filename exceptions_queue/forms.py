"""Is the input well-formed? What a person may send about a case, and about a site's calendar."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone

from exceptions_queue.calendars import Clock
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import OwnershipRule, Site, SiteDay
from exceptions_queue.queries import words
from exceptions_queue.states import Owner

WEEKDAYS = [("1", "Monday"), ("2", "Tuesday"), ("3", "Wednesday"), ("4", "Thursday"), ("5", "Friday"), ("6", "Saturday"), ("7", "Sunday")]
FAR = timedelta(days=731)
DIVISIONS = [("SCT", "Scotland"), ("ENG", "England"), ("WLS", "Wales"), ("NIR", "Northern Ireland"), ("", "None")]


class ActForm(forms.Form):
    """What every act on a case carries: the version that the person saw."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


def _at_a_desk(name: str) -> User:
    """The active person of this user name who works cases. Raises ValidationError where there is none."""
    user = User.objects.filter(username=name, is_active=True, groups__name__in=Owner.values).first()
    if user is None:
        raise forms.ValidationError("There is nobody of this name at a desk.")
    return user


class AssignForm(ActForm):
    """`to` is "me", "none" or the name of an active person."""

    to = forms.CharField(max_length=150)

    def clean_to(self) -> User | str | None:
        name = self.cleaned_data["to"]
        if name in ("me", "none"):
            return {"me": "me", "none": None}[name]
        return _at_a_desk(name)


class ReasonForm(ActForm):
    """Why, in the person's own words, or one of the reasons offered (`picked`); their own words win."""

    reason = forms.CharField(label="Why?", max_length=400, required=False)
    picked = forms.CharField(max_length=400, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        picked = cleaned.pop("picked", "")
        cleaned["reason"] = cleaned.get("reason") or picked
        return cleaned


class SnoozeForm(ReasonForm):
    until = forms.DateTimeField(
        label="Until", input_formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M"], validators=words.SAYABLE
    )


class CloseForm(ReasonForm):
    accept = forms.BooleanField(
        label="It still fails. Close it anyway as an accepted risk.", error_messages={"required": "tick that the risk is accepted."}
    )


class NoteForm(forms.Form):
    text = forms.CharField(label="Note", max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


CLOSE_REASONS = (
    "It is done at the partner; only our check lags behind.",
    "The customer knows and accepts it.",
    "It is the same as another case.",
    "It no longer matters.",
)
WAIVE_REASONS = ("The partner knows and works on it.", "It is meant to be so.", "It does no harm today.")


class HandOverForm(ReasonForm):
    owner = forms.ChoiceField(label="Desk", choices=Owner.choices)


class OwnershipRuleForm(forms.ModelForm):
    """Whose cases these are. A condition left empty matches everything."""

    code = forms.ChoiceField(label="Kind of exception", required=False, choices=lambda: [("", "Any"), *_kinds()])
    assignee = forms.ModelChoiceField(
        label="Person", required=False, queryset=User.objects.filter(is_active=True).order_by("username"), empty_label="The whole desk"
    )

    class Meta:
        model = OwnershipRule
        fields = ["name", "code", "channel", "locker_prefix", "min_value_pence", "owner", "assignee", "enabled"]
        labels = {
            "channel": "Channel",
            "locker_prefix": "Locker id starts with",
            "min_value_pence": "Order value of at least, in pence",
            "owner": "Goes to the desk",
            "enabled": "Switched on",
        }


def _kinds() -> list[tuple[str, str]]:
    return sorted(((str(code), kind.title) for code, kind in CATALOGUE.items()), key=lambda pair: pair[1])


class WordsForm(forms.Form):
    """`seen` is the version that the person started from."""

    seen = forms.IntegerField(min_value=0, max_value=2**31 - 2, widget=forms.HiddenInput)
    text = forms.CharField(label="The house's own words", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 10}))


class EnoughForm(forms.Form):
    enough = forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")], error_messages={"required": "choose yes or no."})
    sentence = forms.CharField(label="What was missing?", max_length=300, required=False)


class SavedViewForm(forms.Form):
    name = forms.CharField(label="Name", max_length=60)
    shared = forms.BooleanField(label="Share it", required=False)
    owner = forms.ChoiceField(label="Desk", choices=[("", "Every desk"), *Owner.choices], required=False)


def first_error(form: forms.Form) -> str:
    """The first thing that is wrong, as a sentence that names its field."""
    field, errors = next(iter(form.errors.items()))
    label = form.fields[field].label or words.capitalised(field)
    return f"{label}: {errors[0]}"


class SiteForm(forms.ModelForm):
    """The week of a site. Times are local to its time zone."""

    working_days = forms.MultipleChoiceField(
        label="Working days",
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one day: a site that never works has no cut-off.",
            "invalid_choice": "There are seven days in a week.",
        },
    )
    bank_holidays = forms.ChoiceField(label="Closed on the bank holidays of", choices=DIVISIONS, required=False)
    lead_minutes = forms.IntegerField(
        label="Minutes from release to packed",
        min_value=0,
        max_value=24 * 60,
        error_messages={"min_value": "Packing cannot take less than no time.", "max_value": "At most 1,440 minutes, which is a day."},
    )

    class Meta:
        model = Site
        fields = ["order_cutoff", "collection_at", "lead_minutes", "working_days", "bank_holidays"]
        labels = {"order_cutoff": "Order cut-off at ACS", "collection_at": "InPost collection"}
        help_texts = {"collection_at": ""}
        widgets = {name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M") for name in ("order_cutoff", "collection_at")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["working_days"] = list(self.instance.working_days)

    def clean_working_days(self) -> str:
        return "".join(sorted(self.cleaned_data["working_days"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        _cutoff_before_collection(cleaned.get("order_cutoff"), cleaned.get("collection_at"))
        return cleaned


class SiteDayForm(forms.ModelForm):
    """A day that differs: closed, or with times of its own. A time left empty is the week's."""

    class Meta:
        model = SiteDay
        fields = ["on", "closed", "order_cutoff", "collection_at", "note"]
        labels = {"on": "Day", "closed": "Closed all day", "order_cutoff": "Order cut-off", "collection_at": "Collection"}
        widgets = {
            "on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "order_cutoff": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "collection_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, site: Site, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.today = site, today

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on < self.today:
            raise forms.ValidationError("This day is over: nothing is due on it any more.")
        if on > self.today + FAR:
            raise forms.ValidationError("This day is more than two years away. Is the year right?")
        return on

    def clean(self) -> dict[str, Any]:
        """A closed day has no times; an open one is looked at with the times it will have."""
        cleaned = super().clean() or {}
        if cleaned.get("closed"):
            return cleaned | {"order_cutoff": None, "collection_at": None}
        if "order_cutoff" in cleaned and "collection_at" in cleaned:
            _cutoff_before_collection(
                cleaned["order_cutoff"] or self.site.order_cutoff, cleaned["collection_at"] or self.site.collection_at
            )
        return cleaned


def _cutoff_before_collection(cutoff: time | None, collection: time | None) -> None:
    if cutoff and collection and cutoff >= collection:
        raise forms.ValidationError(f"The order cut-off ({cutoff:%H:%M}) has to come before the collection ({collection:%H:%M}).")


def snooze_choices(*, due_at: datetime, now: datetime, clock: Clock) -> list[tuple[str, str]]:
    """Times to put a case aside until, each with what it means for the cut-off: (value, sentence)."""
    soon = now.replace(second=0, microsecond=0)
    next_morning = timezone.localtime(now).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    offered = {soon + timedelta(minutes=30), soon + timedelta(hours=1), soon + timedelta(hours=3)}
    offered |= {due_at - timedelta(minutes=30), clock.release_due(at=due_at).due_at - timedelta(hours=2), next_morning}
    return [(until.isoformat(), _meaning(until, due_at, now)) for until in sorted(offered) if until > now]


def _meaning(until: datetime, due_at: datetime, now: datetime) -> str:
    to_go = due_at - until
    effect = f"{words.span(to_go)} before it is due" if to_go >= timedelta() else "past the time it is due: say why"
    return f"Until {words.moment(until, now)} ({effect})"


class BulkForm(forms.Form):
    """What an act on many cases needs to know; `params` gives it as the job keeps it: ids, times and the person's words."""

    def params(self, user: User) -> dict[str, Any]:
        return {"by": user.pk}


class BulkAssignForm(BulkForm):
    to = forms.CharField(label="To", max_length=150)

    def clean_to(self) -> str:
        name = str(self.cleaned_data["to"])
        if name not in ("me", "none"):
            _at_a_desk(name)
        return name

    def params(self, user: User) -> dict[str, Any]:
        name = self.cleaned_data["to"]
        person = {"me": user, "none": None}.get(name) if name in ("me", "none") else User.objects.get(username=name)
        return super().params(user) | {"to": person.pk if person else None}


class BulkSnoozeForm(BulkForm):
    until = forms.DateTimeField(label="Until", input_formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M"])
    reason = forms.CharField(label="Why?", max_length=400, required=False)

    def params(self, user: User) -> dict[str, Any]:
        said = self.cleaned_data
        return super().params(user) | {"until": said["until"].isoformat(), "reason": said["reason"].strip()}


class BulkNoteForm(BulkForm):
    text = forms.CharField(label="Note", max_length=5000)

    def params(self, user: User) -> dict[str, Any]:
        return super().params(user) | {"text": self.cleaned_data["text"]}


class BulkHandOverForm(BulkForm):
    """`desk` is where they go: `owner` is a word of the question that finds them, sent along with "all that match"."""

    desk = forms.ChoiceField(label="Desk", choices=Owner.choices)
    reason = forms.CharField(label="Why?", max_length=400)

    def params(self, user: User) -> dict[str, Any]:
        return super().params(user) | {"owner": self.cleaned_data["desk"], "reason": self.cleaned_data["reason"].strip()}


BULK_FORMS: dict[str, type[BulkForm]] = {
    "assign": BulkAssignForm,
    "snooze": BulkSnoozeForm,
    "wait": BulkForm,
    "note": BulkNoteForm,
    "hand_over": BulkHandOverForm,
}
