"""A person asks whether we are connected, and tests a connection."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from partners import connect, connections
from partners.queries import doors, lines
from partners.states import partner_title
from partners.views import Signed


@require_GET
@permission_required("partners.view_circuit", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    """What is set, what is missing and how each line is doing. Calls nobody, and shows the value of no setting."""
    return _page(request)


@require_POST
@permission_required("partners.check_circuit", raise_exception=True)
def test(request: Signed, partner: str) -> HttpResponse:
    """One harmless call now, and what it proved. A failed test is an answer (200), not an error of this page."""
    if partner not in connections.CLIENTS:
        raise Http404("There is no such partner.")
    return _page(request, checked=connections.check(partner, timezone.now()))


def _page(request: Signed, *, checked: connections.Checked | None = None) -> HttpResponse:
    now = timezone.now()
    known = lines.lines(now)
    shown = [_shown(partner, known, checked) for partner in connections.CLIENTS]
    door = doors.door(doors.SHOP, now, has_secret=bool(connect.webhook_secrets()))
    return render(request, "partners/connections.html", {"partners": shown, "door": door})


def _shown(partner: str, known: dict[str, lines.Line], checked: connections.Checked | None) -> dict[str, Any]:
    needed, missing = connect.needed(partner), connect.missing(partner)
    return {
        "partner": partner,
        "title": partner_title(partner),
        "mode": connections.mode_of(partner),
        "settings": [(name, name not in missing) for name in needed],
        "missing": missing,
        "line": lines.NOT_CONNECTED if missing else known.get(partner, lines.UNUSED),
        "checked": checked if checked and checked.partner == partner else None,
    }
