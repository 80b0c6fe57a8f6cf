"""A person asks for the calendars and changes them."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue import actions, calendars
from exceptions_queue.forms import SiteDayForm, SiteForm
from exceptions_queue.models import Site, SiteDay
from exceptions_queue.queries import words
from exceptions_queue.views import Signed

AHEAD = 5  # cut-offs shown, so that a change can be seen to be right


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
    site, form = get_object_or_404(Site, key=key), SiteDayForm(request.POST)
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


def _page(request: Signed, *, week: SiteForm | None = None, day: SiteDayForm | None = None, of: str = "") -> HttpResponse:
    now = timezone.now()
    sites = [
        {
            "site": site,
            "week": week if week and week.instance.pk == site.pk else SiteForm(instance=site),
            "day": day if day and of == site.key else SiteDayForm(),
            "days": list(site.days.filter(on__gte=timezone.localdate(now))),
            "ahead": _ahead(calendars.clock_of(site, at=now)),
        }
        for site in Site.objects.order_by("name")
    ]
    may_change = request.user.has_perm("exceptions_queue.change_site")
    return render(
        request, "exceptions_queue/calendars.html", {"sites": sites, "may_change": may_change}, status=422 if week or day else 200
    )


def _ahead(clock: calendars.Clock) -> list[dict[str, str]]:
    """The next cut-offs with their collections, as the calendar stands."""
    now = at = timezone.now()
    found = []
    for _ in range(AHEAD):
        due = clock.release_due(at=at)
        found.append({"cutoff": words.full(due.due_at), "collection": words.full(due.cutoff_at), "left": words.span(due.due_at - now)})
        at = due.due_at + timedelta(seconds=1)
    return found
