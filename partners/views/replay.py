"""A person has something read again: one refused record, all of a run, or a feed from an instant. The checklist comes first."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exceptions_queue.queries import words
from partners import actions
from partners.forms import AgainForm
from partners.models import Feed, RejectedRecord
from partners.queries import replay, runs
from partners.states import FEEDS, feed_kind
from partners.views import Signed

NOTHING = "There is nothing left to try again."
GET_POST = ["GET", "HEAD", "POST"]


@require_GET
@permission_required(["partners.view_syncrun", "partners.view_rejectedrecord"], raise_exception=True)
def one(request: Signed, pk: int) -> HttpResponse:
    """One refused record: where and why, its text masked, and what trying again would do."""
    return _record(request, _row(pk))


@require_GET
@permission_required(["partners.view_syncrun", "partners.view_rejectedrecord"], raise_exception=True)
def of_feed(request: Signed, name: str) -> HttpResponse:
    """What a feed brought that cannot be read to this day."""
    if "\x00" in name or not (name in FEEDS or Feed.objects.filter(name=name).exists()):
        raise Http404("There is no such feed.")
    count, records = runs.open_of(name)
    context = {"name": name, "kind": feed_kind(name), "count": count, "records": records, "more": count > len(records)}
    return render(request, "partners/records.html", context)


@require_POST
@permission_required("partners.replay_rejectedrecord", raise_exception=True)
def try_again(request: Signed, pk: int) -> HttpResponse:
    row = _row(pk)
    if not actions.ask_replay_of(row, actor=request.user, at=timezone.now()):
        return _record(request, row, refusal=NOTHING, status=409)
    messages.success(request, "It is tried again with the feed's next run, which starts now.")
    return redirect("partners:record", pk=pk)


@require_http_methods(GET_POST)
@permission_required(["partners.view_syncrun", "partners.replay_rejectedrecord"], raise_exception=True)
def run(request: Signed, pk: int) -> HttpResponse:
    """The checklist of a whole run; posted, its refused records are tried again."""
    found = runs.run_of(pk)
    if found is None:
        raise Http404("There is no such run.")
    if request.method == "POST" and (asked := actions.ask_replay(found, actor=request.user, at=timezone.now())):
        many = "record is" if asked == 1 else "records are"
        messages.success(request, f"{asked} refused {many} tried again with the feed's next run.")
        return redirect("partners:run", pk=pk)
    refused = request.method == "POST"
    context = {"run": found, "kind": feed_kind(found.feed.name), "checklist": replay.of_run(found, at=timezone.now())}
    return render(request, "partners/replay_run.html", context | {"refusal": NOTHING if refused else ""}, status=409 if refused else 200)


@require_http_methods(GET_POST)
@permission_required(["partners.view_syncrun", "partners.run_feed", "partners.replay_rejectedrecord"], raise_exception=True)
def again(request: Signed, name: str) -> HttpResponse:
    """A feed from an instant: the form and its checklist; posted, a worker reads it."""
    if name not in FEEDS:
        raise Http404("There is no such feed.")
    if request.method != "POST":
        return _again(request, name)
    form = AgainForm(request.POST)
    if not form.is_valid():
        return _again(request, name, form, status=422)
    feed, now = Feed.objects.get_or_create(name=name)[0], timezone.now()
    try:
        actions.read_again(feed, since=form.cleaned_data["since"], reason=form.cleaned_data["reason"], actor=request.user, at=now)
    except actions.Refused as refusal:
        return _again(request, name, form, refusal=refusal.sentence, status=409)
    messages.success(request, f"{feed_kind(name).title}: a worker reads it again now. The run below is its receipt.")
    return redirect("partners:sync")


def _row(pk: int) -> RejectedRecord:
    row = replay.record_of(pk)
    if row is None:
        raise Http404("There is no such record.")
    return row


def _record(request: Signed, row: RejectedRecord, *, refusal: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    context = {
        "row": row,
        "kind": feed_kind(row.feed.name),
        "shown": replay.masked(row),
        "checklist": replay.of_record(row, at=now),
        "first": words.full(row.first_at),
        "last": words.full(row.last_at),
        "refusal": refusal,
    }
    return render(request, "partners/record.html", context, status=status)


def _again(request: Signed, name: str, form: AgainForm | None = None, *, refusal: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    since = _since(form or AgainForm(request.GET)) or now - timedelta(hours=24)
    feed = Feed.objects.filter(name=name).first() or Feed(name=name)
    context = {
        "kind": feed_kind(name),
        "name": name,
        "form": form or AgainForm(initial={"since": timezone.localtime(since)}),
        "checklist": replay.of_window(feed, since, at=now) if feed.pk else None,
        "refusal": refusal,
    }
    return render(request, "partners/again.html", context, status=status)


def _since(form: AgainForm) -> datetime | None:
    """The instant asked for, whatever else the form lacks."""
    form.is_valid()
    found: datetime | None = form.cleaned_data.get("since")
    return found
