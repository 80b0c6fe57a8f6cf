"""An admin says where alerts go, tests each way, and sets quiet times."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.actions import channels as acts
from exceptions_queue.actions.alerts import DELAYS
from exceptions_queue.models import AlertChannel, Maintenance
from exceptions_queue.queries import words
from exceptions_queue.states import ChannelKind
from partners import connect
from partners.forms import ChannelForm, QuietForm
from partners.views import Signed


@require_GET
@permission_required("exceptions_queue.view_alert", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    return _page(request)


@require_POST
@permission_required("exceptions_queue.change_alertchannel", raise_exception=True)
def save(request: Signed, kind: str) -> HttpResponse:
    """Save how one channel is to be used; the first time it comes into being."""
    channel = _channel(kind)
    form = ChannelForm(request.POST, kind=kind, auto_id=f"{kind}_%s")
    if not form.is_valid():
        return _page(request, wrong=form, of=kind)
    acts.save_channel(channel, form.values(), actor=request.user, at=timezone.now())
    messages.success(request, f"Saved. {channel.name} is {'used' if channel.enabled else 'not used'}.")
    return redirect("partners:channels")


@require_POST
@permission_required("exceptions_queue.change_alertchannel", raise_exception=True)
def test(request: Signed, kind: str) -> HttpResponse:
    """Send a test message; what became of it stands in the history of alerts."""
    channel = _channel(kind)
    if channel.pk is None or _missing(kind):
        messages.error(request, "Set the channel up and save it first.")
    else:
        acts.send_test(channel, actor=request.user, at=timezone.now())
        messages.success(request, f"A test is on its way to {channel.name}. What became of it stands under Alerts.")
    return redirect("partners:channels")


@require_POST
@permission_required("exceptions_queue.add_maintenance", raise_exception=True)
def quiet(request: Signed) -> HttpResponse:
    form = QuietForm(request.POST, auto_id="quiet_%s")
    if not form.is_valid():
        return _page(request, quiet_form=form)
    said = form.cleaned_data
    acts.add_maintenance(starts_at=said["starts_at"], ends_at=said["ends_at"], why=said["why"], actor=request.user, at=timezone.now())
    messages.success(request, "Saved. Nothing new is raised in that time.")
    return redirect("partners:channels")


@require_POST
@permission_required("exceptions_queue.add_maintenance", raise_exception=True)
def end_quiet(request: Signed, pk: int) -> HttpResponse:
    window = get_object_or_404(Maintenance, pk=pk, ends_at__gt=timezone.now())
    acts.end_maintenance(window, actor=request.user, at=timezone.now())
    messages.success(request, "Ended. Alerts are raised again.")
    return redirect("partners:channels")


def _channel(kind: str) -> AlertChannel:
    if kind not in ChannelKind.values:
        raise Http404("There is no such channel.")
    title = str(ChannelKind(kind).label)
    position = -ChannelKind.values.index(kind)  # the log comes last: it takes what nobody else can
    return AlertChannel.objects.filter(kind=kind).first() or AlertChannel(kind=kind, name=title, position=position)


def _missing(kind: str) -> list[str]:
    return [] if kind == ChannelKind.CONSOLE else connect.missing(kind)


def _page(request: Signed, *, wrong: ChannelForm | None = None, of: str = "", quiet_form: QuietForm | None = None) -> HttpResponse:
    now = timezone.now()
    rows = {channel.kind: channel for channel in AlertChannel.objects.all()}
    shown = [_shown(kind, rows.get(kind), wrong if kind == of else None) for kind in reversed(ChannelKind.values)]
    context = {
        "channels": shown,
        "quiet_form": quiet_form or QuietForm(auto_id="quiet_%s"),
        "quiet": [
            (window, words.moment(window.starts_at, now), words.moment(window.ends_at, now))
            for window in Maintenance.objects.filter(ends_at__gt=now).order_by("starts_at")[:50]
        ],
    }
    return render(request, "partners/channels.html", context, status=422 if wrong or quiet_form else 200)


def _shown(kind: str, channel: AlertChannel | None, wrong: ChannelForm | None) -> dict[str, Any]:
    said = {"enabled": channel.enabled, "to": channel.to, "desks": channel.desks} if channel else {"enabled": False}
    delays = {f"wait_{name}": (channel.delays if channel else {}).get(name, minutes) for name, minutes in DELAYS.items()}
    return {
        "kind": kind,
        "title": ChannelKind(kind).label,
        "channel": channel,
        "missing": _missing(kind),
        "form": wrong or ChannelForm(initial=said | delays, kind=kind, auto_id=f"{kind}_%s"),
    }
