"""The figures of a hand-over in words: as they are now with links to the rows behind them, or as they were frozen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from config.handover.drafting import Figures
from exceptions_queue.queries import rail, words
from exceptions_queue.states import Owner
from lockers.states import ManifestState
from partners.states import feed_kind

_DESKS = dict(Owner.choices)
_STATES = dict(ManifestState.choices)


@dataclass(frozen=True)
class Ink:
    """How to write an instant, and whether a number leads to the rows it counts: frozen numbers have none any more."""

    when: Callable[[datetime], str]
    linked: bool

    def moment(self, text: str | None) -> str:
        return self.when(datetime.fromisoformat(text)) if text else ""

    def queue(self, **asked: str) -> str:
        return f"{reverse('queue:list')}?{urlencode(asked)}" if self.linked else ""


def live(figures: Figures, *, now: datetime) -> dict[str, Any]:
    """Times as seen from now, every number with its list."""
    return _told(figures, Ink(lambda instant: words.moment(instant, now), linked=True))


def frozen(figures: Figures) -> dict[str, Any]:
    """Times in full: whoever reads it may do so on another day."""
    return _told(figures, Ink(_dated, linked=False))


def _dated(instant: datetime) -> str:
    there = timezone.localtime(instant)
    return f"{words.day(there)} {there:%H:%M}"


def _told(figures: Figures, ink: Ink) -> dict[str, Any]:
    at, risk = datetime.fromisoformat(figures["at"]), figures["risk"]
    cases, late = (sum(row[name] for row in risk) for name in ("cases", "late"))
    return {
        "cutoff": ink.moment(figures["cutoff_at"]),
        "risk": [_risk(row, at, ink) for row in risk],
        "total": {"cases": cases, "late": late, "value": words.pounds(sum(row["value_pence"] for row in risk))},
        "waiting": {"count": rail.capped(figures["waiting"]), "url": ink.queue(state="waiting"), "any": bool(figures["waiting"])},
        "snoozed": {"count": rail.capped(figures["snoozed"]), "url": ink.queue(state="snoozed"), "any": bool(figures["snoozed"])},
        "promises": [_promise(row, ink) for row in figures["promises"]],
        "holds": [_hold(row, at, ink) for row in figures["holds"]["rows"]],
        "holds_more": figures["holds"]["count"] - len(figures["holds"]["rows"]),
        "feeds": [_feed(row) for row in figures["feeds"]],
        "manifests": [_manifest(row, ink) for row in figures["manifests"]],
        "unmanifested": figures["unmanifested"],
        "unmanifested_url": f"{reverse('orders:manifests')}?show=labelled" if ink.linked else "",
    }


def _risk(row: dict[str, Any], at: datetime, ink: Ink) -> dict[str, Any]:
    asked = {"owner": row["owner"], "blocks": "yes"}
    return {
        "desk": _DESKS.get(row["owner"], row["owner"]),
        "cases": row["cases"],
        "url": ink.queue(**asked),
        "late": row["late"],
        "late_url": ink.queue(**asked, due="late"),
        "oldest": words.brief(at - datetime.fromisoformat(row["oldest_at"])),
        "value": words.pounds(row["value_pence"]),
    }


def _promise(row: dict[str, Any], ink: Ink) -> dict[str, Any]:
    return {
        "name": row["name"],
        "url": reverse("queue:case", args=[row["case"]]),
        "sentence": row["sentence"],
        "desk": _DESKS.get(row["owner"], row["owner"]),
        "why": "The customer is to answer" if row["waits"] else "Put aside",
        "back": ink.moment(row["back_at"]) or "when they answer",
    }


def _hold(row: dict[str, Any], at: datetime, ink: Ink) -> dict[str, Any]:
    try:
        url = reverse("orders:detail", kwargs={"number": row["name"]})
    except NoReverseMatch:  # what was held is no order, or has a number that no address can hold
        url = ""
    over = datetime.fromisoformat(row["until"]) <= at
    return {
        "name": row["name"],
        "url": url,
        "desk": _DESKS.get(row["owner"], row["owner"]),
        "until": ink.moment(row["until"]),
        "over": over,
    }


def _feed(row: dict[str, Any]) -> dict[str, str]:
    age = row["age_s"]
    read = "never read" if age is None else f"last read {words.brief(timedelta(seconds=age))} before"
    return {"title": feed_kind(row["feed"]).title, "read": read, "url": f"{reverse('partners:sync')}?{urlencode({'feed': row['feed']})}"}


def _manifest(row: dict[str, Any], ink: Ink) -> dict[str, Any]:
    closed = f", {ink.moment(row['closed_at'])}" if row["closed_at"] else ""
    return {
        "name": f"{row['site'].upper()}, cut-off {ink.moment(row['cutoff_at'])}",
        "url": reverse("orders:manifest", args=[row["pk"]]),
        "state": f"{_STATES.get(row['state'], row['state'])}{closed}",
        "parcels": row["parcels"],
    }
