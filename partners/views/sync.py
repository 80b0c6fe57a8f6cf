"""A person asks how the feeds are, has one run now, or stops one."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from partners import actions
from partners.forms import ReasonForm
from partners.models import Feed
from partners.queries import feeds, runs
from partners.states import FEEDS, feed_kind
from partners.views import Signed


@require_GET
@permission_required("partners.view_syncrun", raise_exception=True)
def home(request: Signed) -> HttpResponse:
    """One tile per feed, and the runs with news. `?feed=` narrows the list, `?all=1` shows the uneventful runs too."""
    return _home(request)


@require_POST
@permission_required("partners.run_feed", raise_exception=True)
def run_now(request: Signed, name: str) -> HttpResponse:
    """Have a worker run the feed; the page shows the run once it has begun."""
    feed = _feed(name)
    try:
        actions.run_now(feed, actor=request.user, at=timezone.now())
    except actions.Refused as refusal:
        return _home(request, refusal=refusal.sentence, status=409)
    messages.success(request, f"{feed_kind(name).title}: a worker runs it now. Reload in a moment to see how it went.")
    return redirect("partners:sync")


@require_POST
@permission_required("partners.pause_feed", raise_exception=True)
def pause(request: Signed, name: str) -> HttpResponse:
    """Stop the feed with a reason, or let it go on: `paused` says which."""
    feed, form, paused = _feed(name), ReasonForm(request.POST), request.POST.get("paused") == "1"
    if not form.is_valid():
        return _home(request, refusal="The reason is too long: 400 characters at the most.", status=422)
    try:
        actions.pause(feed, paused=paused, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
    except actions.Refused as refusal:
        return _home(request, refusal=refusal.sentence, status=422)
    messages.success(request, f"{feed_kind(name).title}: {'paused' if paused else 'goes on'}.")
    return redirect("partners:sync")


def _feed(name: str) -> Feed:
    """A feed by its name; one that has never run gets its row here."""
    if name not in FEEDS:
        raise Http404("There is no such feed.")
    return Feed.objects.get_or_create(name=name)[0]


def _home(request: Signed, *, refusal: str = "", status: int = 200) -> HttpResponse:
    now, asked = timezone.now(), {name: request.GET[name].replace("\x00", "") for name in ("feed", "all") if request.GET.get(name)}
    page = runs.page(
        feed=asked.get("feed", ""),
        everything="all" in asked,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        at=now,
    )
    context = {
        "tiles": feeds.tiles(now),
        "runs": page.rows,
        "asked": asked,
        "titles": [(name, kind.title) for name, kind in FEEDS.items()],
        "links": _links(asked, page.is_first, page.previous, page.next),
        "refusal": refusal,
        "strip": {"width": feeds.DAYS * (feeds.BAR_WIDTH + feeds.BAR_GAP), "height": feeds.STRIP_HEIGHT, "bar": feeds.BAR_WIDTH},
    }
    return render(request, "partners/sync.html", context, status=status)


def _links(asked: dict[str, str], is_first: bool, previous: str, following: str) -> dict[str, str]:
    def to(**more: str) -> str:
        return f"{reverse('partners:sync')}?{urlencode(asked | more)}"

    return {
        "first": "" if is_first else to(),
        "previous": to(before=previous) if previous else "",
        "next": to(after=following) if following else "",
    }
