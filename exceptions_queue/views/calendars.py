"""A person asks for the calendars and changes them."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue import actions, calendars
from exceptions_queue.forms import DIVISIONS, WEEKDAYS, SiteDayForm, SiteForm
from exceptions_queue.models import Site, SiteDay
from exceptions_queue.queries import ahead
from exceptions_queue.views import Signed


@require_GET
@permission_required("exceptions_queue.view_site", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    return _page(request)


@require_POST
@permission_required("exceptions_queue.change_site", raise_exception=True)
def change(request: Signed, key: str) -> HttpResponse:
    """Save the week of a site."""
    form = SiteForm(request.POST, instance=get_object_or_404(Site, key=key))
    if not form.is_valid():
        return _page(request, week=form)
    site = get_object_or_404(Site, key=key)
    moved = actions.change_site(site, form.cleaned_data, actor=request.user, at=timezone.now())
    return _saved(request, moved)


@require_POST
@permission_required("exceptions_queue.change_site", raise_exception=True)
def set_day(request: Signed, key: str) -> HttpResponse:
    """Make one day of a site differ from its week."""
    site = get_object_or_404(Site, key=key)
    form = SiteDayForm(request.POST, site=site, today=_today())
    if not form.is_valid():
        return _page(request, day=form, of=key)
    return _saved(request, actions.set_day(site, form.cleaned_data, actor=request.user, at=timezone.now()))


@require_POST
@permission_required("exceptions_queue.change_site", raise_exception=True)
def drop_day(request: Signed, pk: int) -> HttpResponse:
    moved = actions.drop_day(get_object_or_404(SiteDay, pk=pk), actor=request.user, at=timezone.now())
    return _saved(request, moved)


def _saved(request: Signed, moved: int) -> HttpResponse:
    messages.success(request, f"Saved. {moved} open case{'' if moved == 1 else 's'} got another due time.")
    return redirect("queue:calendars")


def _today() -> date:
    return timezone.localdate()


def _page(request: Signed, *, week: SiteForm | None = None, day: SiteDayForm | None = None, of: str = "") -> HttpResponse:
    context = {
        "sites": [_told(site, week, day, of) for site in Site.objects.order_by("name")],
        "may_change": request.user.has_perm("exceptions_queue.change_site"),
    }
    return render(request, "exceptions_queue/calendars.html", context, status=422 if week or day else 200)


def _told(site: Site, week: SiteForm | None, day: SiteDayForm | None, of: str) -> dict[str, Any]:
    """One site: its forms, the days that differ, and the cut-offs that result. A form that was wrong stands in its place."""
    now = timezone.now()
    special = list(site.days.filter(on__gte=_today()))
    refused = week if week and week.instance.pk == site.pk else None
    return {
        "site": site,
        "week": refused or SiteForm(instance=site, auto_id=f"{site.key}_%s"),
        "day": day if day and of == site.key else SiteDayForm(site=site, today=_today(), auto_id=f"{site.key}_day_%s"),
        "days": special,
        "ahead": ahead.days(calendars.clock_of(site, at=now), at=now, notes={one.on: one.note for one in special}),
        "holidays": dict(DIVISIONS).get(site.bank_holidays, "") if site.bank_holidays else "",
        "works": ", ".join(name for digit, name in WEEKDAYS if digit in site.working_days),
    }
