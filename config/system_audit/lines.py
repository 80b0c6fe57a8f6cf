"""Connections that are not set, were never tried, or do not work."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from config.system_audit.gaps import Cost, Found, Row, listed, plural
from config.system_audit.look import Look
from partners import connect
from partners.connections import CLIENTS
from partners.models import Circuit
from partners.queries.words import clock_time
from partners.states import FEEDS, partner_title

FOLDERS = {"store": "store.orders", "ledger": "ledger.accounts"}  # a folder has no line: there its feed tells


def unsound(look: Look) -> Found:
    """Partners we cannot speak to, or never have. One statement; asks nobody."""
    circuits = {line.partner: line for line in Circuit.objects.all()}
    wrong = [(partner, why) for partner in CLIENTS if (why := _why(partner, circuits.get(partner), look))]
    if not wrong:
        return Found()
    theirs = {partner for partner, _ in wrong}
    broken = sum(times for feed, times in look.broken_runs.items() if feed in FEEDS and FEEDS[feed].partner in theirs)
    return Found(
        count=len(wrong),
        sentence=f"{plural(len(wrong), 'connection is', 'connections are')} not set, never tried or not working.",
        costs=(Cost(broken, "run that did not end well", "runs that did not end well"),),
        rows=listed([Row(partner_title(partner), reverse("partners:connections"), why) for partner, why in wrong]),
        url=reverse("partners:connections"),
    )


def _why(partner: str, line: Circuit | None, look: Look) -> str:
    """What is wrong in a few words, naming settings and never their values; "" for nothing."""
    if why := connect.why_not_built(partner):
        return why
    if names := connect.missing(partner):
        return f"not set: {', '.join(names)}"
    if line and line.denied_at:
        return f"has refused our credentials since {clock_time(line.denied_at, look.at)}"
    if line and line.opened_at:
        return f"has not answered since {clock_time(line.opened_at, look.at)}"
    return "" if _last_good(partner, line, look) else "never tried"


def _last_good(partner: str, line: Circuit | None, look: Look) -> datetime | None:
    if partner in FOLDERS and getattr(settings, partner.upper()) == "folder":
        return next((latest.feed.last_good_at for latest in look.feeds if latest.feed.name == FOLDERS[partner]), None)
    return line.last_good_at if line else None
