"""Is the question well-formed? What the queue and the audit log can be asked, by the names in the URL."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Q, QuerySet, Subquery
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.queries import acts, words
from exceptions_queue.states import CaseState, Owner

Cases = QuerySet[ExceptionCase]
Entries = QuerySet[AuditEntry]
DUES = (("cutoff", "Before the next cut-off"), ("late", "Late"))
BLOCKS = (("yes", "Stops something"), ("no", "Stops nothing"))
STATES = (
    ("open", "Open"),
    ("snoozed", "Snoozed"),
    ("waiting", "Waiting for the customer"),
    ("today", "Closed today"),
    ("closed", "Closed"),
)


class CaseFilter(django_filters.FilterSet):
    """The queue's questions. `state` is open unless it says otherwise; `assignee` is me, none or a user name."""

    owner = django_filters.ChoiceFilter(choices=Owner.choices)
    code = django_filters.ChoiceFilter(choices=[(code, code) for code in CATALOGUE])
    blocks = django_filters.ChoiceFilter(choices=BLOCKS, method="that_block")
    assignee = django_filters.CharFilter(method="of_assignee", max_length=150)
    state = django_filters.ChoiceFilter(choices=STATES, method="in_state")
    order = django_filters.CharFilter(field_name="order_number", max_length=64)
    cause = django_filters.CharFilter(field_name="cause_key", max_length=120)
    customer = django_filters.NumberFilter(method="of_customer", min_value=1, max_value=2**31 - 1)
    due = django_filters.ChoiceFilter(choices=DUES, method="due_by")
    due_before = django_filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lte", validators=words.SAYABLE)
    opened_from = django_filters.DateFilter(field_name="opened_at", method="from_day")
    opened_to = django_filters.DateFilter(field_name="opened_at", method="to_day")
    closed_from = django_filters.DateFilter(field_name="closed_at", method="from_day")
    closed_to = django_filters.DateFilter(field_name="closed_at", method="to_day")
    q = django_filters.CharFilter(method="matching", max_length=64, strip=True)

    class Meta:
        model = ExceptionCase
        fields: list[str] = []

    base_filters: dict[str, django_filters.Filter]

    def __init__(self, data: QueryDict, queryset: Cases, *, request: HttpRequest, now: datetime, cutoff_at: datetime) -> None:
        self.now, self.cutoff_at = now, cutoff_at
        asked = {name: data[name] for name in self.base_filters if data.get(name)}
        asked.setdefault("state", "open")
        # Filters that were not asked are left out: copying all of them costs as much as the query itself.
        self.base_filters = {name: self.base_filters[name] for name in asked}
        super().__init__(asked, queryset, request=request)

    @cached_property
    def refused(self) -> list[str]:
        """The parameters whose value does not exist: they are left out of the question."""
        return sorted(self.form.errors)

    @cached_property
    def asked(self) -> dict[str, str]:
        """The parameters that narrow the list, as they go into a link; "open" is the default and left out."""
        given = {name: value for name, value in self.data.items() if name not in self.refused}
        return {name: value for name, value in given.items() if (name, value) != ("state", "open")}

    @property
    def in_words(self) -> str:
        """The question as a person would say it, "" for the whole queue."""
        said = [_WORDS[name](value) for name, value in self.asked.items()]
        return words.capitalised(", ".join(said))

    @property
    def shows_closed(self) -> bool:
        return self.data["state"] in ("closed", "today")

    @property
    def qs(self) -> Cases:
        self.form.is_valid()
        cases: Cases = self.queryset.all() if "state" in self.form.cleaned_data else self.queryset.filter(state=CaseState.OPEN)
        for name, value in self.form.cleaned_data.items():
            cases = self.filters[name].filter(cases, value)
        return cases

    def in_state(self, cases: Cases, _name: str, value: str) -> Cases:
        if value in ("closed", "today"):
            since = Q(closed_at__gte=words.midnight(self.now)) if value == "today" else Q()
            return cases.filter(since, ~Q(state=CaseState.OPEN))
        narrowed = {"snoozed": Q(snoozed_until__gt=self.now), "waiting": Q(waiting_since__isnull=False)}
        return cases.filter(narrowed.get(value, Q()), state=CaseState.OPEN)

    def that_block(self, cases: Cases, _name: str, value: str) -> Cases:
        return cases.exclude(blocks="") if value == "yes" else cases.filter(blocks="")

    def due_by(self, cases: Cases, _name: str, value: str) -> Cases:
        return cases.filter(due_at__lte=self.cutoff_at if value == "cutoff" else self.now)

    def of_assignee(self, cases: Cases, _name: str, value: str) -> Cases:
        if value == "none":
            return cases.filter(assignee__isnull=True)
        if value == "me":
            return cases.filter(assignee_id=self.request.user.pk)
        return cases.filter(assignee__username=value)

    def of_customer(self, cases: Cases, _name: str, value: Decimal) -> Cases:
        """Cases of whoever the case of this id is about: no address ever names a customer."""
        key = ExceptionCase.objects.filter(pk=int(value)).exclude(customer_key="").values("customer_key")
        return cases.filter(customer_key=Subquery(key))

    def from_day(self, cases: Cases, name: str, value: date) -> Cases:
        return cases.filter(**{f"{name}__gte": _midnight(value)})

    def to_day(self, cases: Cases, name: str, value: date) -> Cases:
        """The last day is included."""
        return cases.filter(**{f"{name}__lt": _midnight(min(value, _LAST) + timedelta(days=1))})

    def matching(self, cases: Cases, _name: str, value: str) -> Cases:
        """An order by the start of its number, a locker or a code by its whole name. Never a customer."""
        word = value.upper()
        return cases.filter(Q(order_number__startswith=value) | Q(locker_id=word) | Q(code=word))


_PEOPLE = {"me": "mine", "none": "nobody's"}
_WORDS: dict[str, Callable[[str], str]] = {
    "owner": lambda value: f"{Owner(value).label} desk",
    "code": lambda value: CATALOGUE[value].title,
    "blocks": lambda value: dict(BLOCKS)[value].lower(),
    "assignee": lambda value: _PEOPLE.get(value, f"{value}'s"),
    "state": lambda value: dict(STATES)[value].lower(),
    "order": lambda value: f"order {value}",
    "cause": lambda _: "one cause",
    "customer": lambda _: "one customer",
    "due": lambda value: dict(DUES)[value].lower(),
    "due_before": lambda value: f"due before {value}",
    "opened_from": lambda value: f"opened on {value} or later",
    "opened_to": lambda value: f"opened on {value} or earlier",
    "closed_from": lambda value: f"closed on {value} or later",
    "closed_to": lambda value: f"closed on {value} or earlier",
    "q": lambda value: f"“{value}”",
}


class AuditFilter(django_filters.FilterSet):
    """The audit log's questions: who, what, to which subject (the start of its frozen label), about which order, between which days."""

    actor = django_filters.CharFilter(field_name="actor_label", max_length=150)
    verb = django_filters.CharFilter(field_name="verb", max_length=60)
    subject = django_filters.CharFilter(field_name="subject_label", lookup_expr="startswith", max_length=200)
    order = django_filters.CharFilter(method="about_order", max_length=64)
    since = django_filters.DateFilter(method="from_day")
    until = django_filters.DateFilter(method="to_day")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked and understood, as it goes into a link."""
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    @property
    def refused(self) -> list[str]:
        """The parameters that make no sense: they are left out of the question."""
        return sorted(self.form.errors)

    def about_order(self, entries: Entries, _name: str, value: str) -> Entries:
        return entries.filter(acts.about_order(value))

    def from_day(self, entries: Entries, _name: str, value: date) -> Entries:
        return entries.filter(at__gte=_midnight(value))

    def to_day(self, entries: Entries, _name: str, value: date) -> Entries:
        """The last day is included."""
        return entries.filter(at__lt=_midnight(min(value, _LAST) + timedelta(days=1)))


_FIRST, _LAST = date(2000, 1, 1), date(2999, 12, 31)  # days beyond them are no instants that every database holds


def _midnight(day: date) -> datetime:
    """The beginning of a day of the desk's time zone."""
    return datetime.combine(min(max(day, _FIRST), _LAST), time(), timezone.get_current_timezone())
