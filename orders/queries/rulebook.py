"""The rules of the release gate: what each holds, how often it did, and the settings that people may change."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count

from exceptions_queue.catalogue import CATALOGUE, Code
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import words
from orders.models import RuleReplay, RuleSetting
from orders.rules import settings
from orders.rules.settings import BY_KEY, DELIVERED, SETTINGS, RuleSettings, Setting, Value

FIRED_DAYS = 30
VERSIONS_SHOWN, REPLAYS_SHOWN = 50, 5

# In the order in which people think of an order: who, where to, what, how, when.
HOLDS = {
    Code.VAL_MOB_MISSING: "A locker order without a mobile number: InPost sends the code there.",
    Code.VAL_MOB_FORMAT: "A number that cannot receive a locker code: a landline, not UK, too short or long, 070 or 076, made up.",
    Code.VAL_EMAIL: "A locker order without an e-mail address that could be written to.",
    Code.VAL_NAME: "A recipient without both a first and a last name.",
    Code.VAL_ADDR: "An address that nothing can be delivered to: a part is missing, no UK postcode, or a place we do not serve.",
    Code.VAL_LOCKER_MISSING: "A locker order that names no locker.",
    Code.VAL_LOCKER_UNKNOWN: "A locker that InPost does not list, or a shop counter.",
    Code.LOC_CLOSED: "A locker that is gone, out of service, or does not take parcels for collection.",
    Code.LOC_SIZE: "A locker without a compartment of the size the order needs.",
    Code.VAL_SKU_UNKNOWN: "A product that ACS has not set up.",
    Code.VAL_DIM_MISSING: "A product without sides or weight: nobody can tell whether it fits.",
    Code.VAL_OVERSIZE: "An order that does not fit one compartment together, or is too heavy for one parcel.",
    Code.VAL_SERVICE_MAP: "A delivery method of the shop that nobody has mapped to a service of ACS.",
    Code.VAL_CUSTOMS: "Northern Ireland and the islands without the facts that customs ask for.",
    Code.VAL_DATES: "Dates out of order, or a hire that comes too late for its event.",
    Code.VAL_DUPLICATE: "The same goods to the same customer and address within 24 hours.",
}


class Chosen(NamedTuple):
    """One setting as it stands. `since` and `who` are "" where nobody has changed it."""

    setting: Setting
    value: str
    since: str
    who: str


class Rule(NamedTuple):
    """One rule as the list shows it. `fired` counts the cases it opened in 30 days."""

    code: str
    title: str
    holds: str
    fired: int
    settings: list[Chosen]


class Version(NamedTuple):
    """One published value of a setting."""

    number: int
    value: str
    who: str
    when: str
    full: str
    reason: str


def in_force() -> RuleSettings:
    """The settings as they stand. One statement."""
    kept = RuleSetting.objects.order_by("-version").values_list("in_force", flat=True).first()
    return settings.of(kept) if kept else DELIVERED


def as_of(version: int) -> RuleSettings:
    """The settings of a version. One statement, none for what was delivered."""
    return settings.of(RuleSetting.objects.get(version=version).in_force) if version else DELIVERED


def rules(*, at: datetime) -> list[Rule]:
    """Every rule of the release gate. Three statements."""
    since = at - timedelta(days=FIRED_DAYS)
    opened = ExceptionCase.objects.filter(code__in=list(HOLDS), opened_at__gte=since).order_by().values_list("code")
    fired = dict(opened.annotate(Count("pk")))
    stand = chosen(at=at)
    return [
        Rule(code, CATALOGUE[code].title, holds, fired.get(code, 0), [one for one in stand if code in one.setting.codes])
        for code, holds in HOLDS.items()
    ]


def chosen(*, at: datetime) -> list[Chosen]:
    """Every setting with who set it. Two statements."""
    stand, latest = in_force(), _latest()
    return [_chosen(setting, stand.value(setting.key), latest.get(setting.key), at) for setting in SETTINGS]


def _latest() -> dict[str, RuleSetting]:
    """The newest version of each setting, which are a handful of rows a year."""
    rows = RuleSetting.objects.select_related("published_by").filter(key__in=BY_KEY).order_by("version")
    return {row.key: row for row in rows}


def _chosen(setting: Setting, value: Value, row: RuleSetting | None, at: datetime) -> Chosen:
    since, who = (words.moment(row.published_at, at), _who(row)) if row else ("", "")
    return Chosen(setting, setting.words(value), since, who)


def versions(setting: Setting, *, at: datetime) -> list[Version]:
    """What was published of a setting, the newest first. One statement."""
    rows = RuleSetting.objects.filter(key=setting.key).select_related("published_by").order_by("-version")
    return [_version(setting, row, at) for row in rows[:VERSIONS_SHOWN]]


def _version(setting: Setting, row: RuleSetting, at: datetime) -> Version:
    when, full = words.moment(row.published_at, at), words.full(row.published_at)
    return Version(row.version, setting.words(row.value), _who(row), when, full, row.reason)


def _who(row: RuleSetting | RuleReplay) -> str:
    person = row.published_by if isinstance(row, RuleSetting) else row.asked_by
    return words.name_of(person) if person else "Lockstep"


def former(setting: Setting) -> Value | None:
    """What a roll back would publish again: the value before the last one. None where nothing was ever published. One statement."""
    values = list(RuleSetting.objects.filter(key=setting.key).order_by("-version").values_list("value", flat=True)[:2])
    if not values:
        return None
    return values[1] if len(values) > 1 else DELIVERED.value(setting.key)


def replays(setting: Setting, *, at: datetime) -> Sequence[dict[str, Any]]:
    """The last values tried. One statement."""
    rows = RuleReplay.objects.filter(key=setting.key).select_related("asked_by").order_by("-pk")[:REPLAYS_SHOWN]
    return [
        {"pk": row.pk, "value": setting.words(row.value), "who": _who(row), "when": words.moment(row.asked_at, at), "row": row}
        for row in rows
    ]
