"""The settings' front page, and the living page of every part that pages are built from."""

import json
from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from config.context import SETTINGS, address

TONES = (
    ("ok", "check-circle", "On time"),
    ("warn", "clock", "Soon"),
    ("bad", "exclamation-triangle", "Late"),
    ("info", "user-group", "CX"),
)
COLOURS = ("ground", "surface", "sunken", "ink", "soft", "line", "accent", "accent-soft", "pine", "brass", "ok", "warn", "bad", "info")
STEPS = (("step-4", "1 h 52 m left"), ("step-3", "Page title"), ("step-2", "Door title"), ("step-1", "Panel title"), ("step-0", "Text"))
BARS = (
    {"label": "Mobile number will not work for locker texts", "value": 41, "url": "#charts"},
    {"label": "Chosen locker has been taken out of service", "value": 18, "url": "#charts"},
    {"label": "No size or weight for this product", "value": 7, "url": "#charts"},
)
SPARK = (12, 9, 14, 11, 18, 22, 17, 9, 6, 8, 5, 4, 7, 3)
DAYS = [
    {"on": f"{9 + n} Nov", "tone": "quiet" if n in (5, 6) else "bad" if n == 9 else "ok", "height": 40 + 37 * n % 60, "title": "300 read"}
    for n in range(14)
]


@require_GET
@permission_required("exceptions_queue.view_site", raise_exception=True)
def index(request: HttpRequest) -> HttpResponse:
    """The parts of the settings that this person may open."""
    return render(request, "home/settings.html", {"parts": [part for part in _parts() if request.user.has_perm(part["permission"])]})


def _parts() -> list[dict[str, Any]]:
    shown = [part._asdict() | {"url": address(part.url_name)} for part in SETTINGS]
    return [part for part in shown if part["url"]]


class Sample(forms.Form):
    """One of each field, as every form draws them."""

    mobile = forms.CharField(label="Mobile number", help_text="InPost texts the locker code to it.")
    email = forms.EmailField(label="E-mail address", required=False)
    size = forms.ChoiceField(label="Compartment", choices=[("A", "A, small"), ("B", "B, medium"), ("C", "C, large")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    days = forms.MultipleChoiceField(
        label="Working days", required=False, choices=[("1", "Monday"), ("2", "Tuesday")], widget=forms.CheckboxSelectMultiple
    )
    urgent = forms.BooleanField(label="Tell the warehouse at once", required=False)


@require_GET
@permission_required("exceptions_queue.view_site", raise_exception=True)
def design(request: HttpRequest) -> HttpResponse:
    """Every part once, with what it is for. The sample form shows one field refused."""
    refused = Sample({"mobile": "0113 496 0123"}, auto_id="sample_%s")
    refused.add_error("mobile", "This is a landline: it cannot receive the locker code.")
    context = {
        "tones": TONES,
        "colours": COLOURS,
        "steps": STEPS,
        "form": refused,
        "bars": BARS,
        "spark": SPARK,
        "days": DAYS,
        "themes": ("light", "dark"),
    }
    return render(request, "home/design.html", context)


@require_POST
@permission_required("exceptions_queue.view_site", raise_exception=True)
def undone(request: HttpRequest) -> HttpResponse:
    """What the sample toast's Undo asks: nothing was done, so nothing is undone, and it says so."""
    told = {"toast": {"text": "Undone: LS-10011 is nobody's again.", "tone": "info"}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})
