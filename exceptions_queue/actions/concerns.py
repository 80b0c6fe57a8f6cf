"""What the desk itself has to say: causes with many cases, and cut-offs that come near with work undone."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Min, Q
from django.urls import reverse

from exceptions_queue.actions.alerts import Concern, make_equal
from exceptions_queue.calendars import Due, default_clock
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import words
from exceptions_queue.states import AlertKind, CaseState, Owner

MANY = 5  # cases of one cause; what the integration admin owns concerns everybody from the first
# A locker that closes or fills: somebody must know before the first parcel leaves for it.
TOLD_FROM_THE_FIRST = tuple(str(kind.code) for kind in CATALOGUE.values() if kind.told_early)
MOST_CAUSES = 50
WARNED_BEFORE = (60, 30, 10)  # minutes


def watch(*, at: datetime, before: Sequence[Concern] = ()) -> dict[str, int]:
    """Make the desk's own alerts true. Returns how many are open of each kind. `before` is what the rooms have to say before a cut-off:
    all alerts of a kind are made equal at once."""
    return {"cases": watch_cases(at=at), "cutoff": watch_cutoffs(at=at, before=before)}


def watch_cases(*, at: datetime) -> int:
    """An alert for each cause that has many open cases, the largest 50; and for those that must be told from the first."""
    rows = ExceptionCase.objects.filter(state=CaseState.OPEN).order_by().values("owner", "code", "cause_key")
    rows = rows.annotate(count=Count("pk"), earliest=Min("due_at")).filter(count__gte=1).order_by("-count", "cause_key", "code")
    early = Q(owner=Owner.INTEGRATION) | Q(code__in=TOLD_FROM_THE_FIRST)
    many = list(rows.exclude(early).filter(count__gte=MANY)[:MOST_CAUSES])
    many += list(rows.filter(early)[: 2 * MOST_CAUSES])
    return make_equal(AlertKind.CASES, [_cause(**row, at=at) for row in many], at=at)["open"]


def _cause(*, owner: str, code: str, cause_key: str, count: int, earliest: datetime, at: datetime) -> Concern:
    kind = CATALOGUE.get(code)
    title = kind.title if kind else code
    cases = f"{count:,} cases" if count > 1 else "1 case"
    to_do = f" {kind.what_to_do}." if kind else ""
    asked = {"cause": cause_key} if cause_key else {"code": code}
    return Concern(
        key=f"{owner}:{cause_key or code}",
        title=title,
        sentence=f"{cases} for the {Owner(owner).label} desk, the first due {words.moment(earliest, at)}.{to_do}",
        count=count,
        url=f"{reverse('queue:list')}?{urlencode(asked)}",
        owner=owner,
        due_at=earliest,
    )


def watch_cutoffs(*, at: datetime, before: Sequence[Concern] = ()) -> int:
    """60, 30 and 10 minutes before each cut-off: what is still to be put right for it. Nothing when nothing is."""
    clock = default_clock(at=at)
    concerns = [*_before_orders(clock.release_due(at=at), at), *_before_collection(clock.packed_due(at=at), at), *before]
    return make_equal(AlertKind.CUTOFF, concerns, at=at)["open"]


def _before_orders(due: Due, at: datetime) -> list[Concern]:
    open_cases = ExceptionCase.objects.filter(state=CaseState.OPEN, due_at__gt=at, due_at__lte=due.due_at)
    return _warnings("ACS's order cut-off", due.due_at, open_cases.count, f"{reverse('queue:list')}?due=cutoff", at)


def _before_collection(due: Due, at: datetime) -> list[Concern]:
    open_cases = ExceptionCase.objects.filter(state=CaseState.OPEN, blocks__contains="M", cutoff_at__gt=at, cutoff_at__lte=due.cutoff_at)
    return _warnings("InPost's collection", due.cutoff_at, open_cases.count, reverse("queue:list"), at)


def _warnings(what: str, instant: datetime, counted: Callable[[], int], url: str, at: datetime) -> list[Concern]:
    """The latest warning that has come due, while there is something to save."""
    minutes = warned_at(instant, at)
    if minutes is None or not (count := counted()):
        return []
    cases = f"{count:,} open cases" if count > 1 else "1 open case"
    sentence = f"{cases} must be put right by {words.moment(instant, at)} to be in time."
    key = f"cutoff:{what}:{instant.isoformat()}:{minutes}"
    return [Concern(key=key, title=f"{what} in {minutes} minutes", sentence=sentence, count=count, url=url, due_at=instant)]


def warned_at(instant: datetime, at: datetime) -> int | None:
    """How many minutes before an instant the latest warning came due; None before the first and after the instant."""
    left = instant - at
    passed = [minutes for minutes in WARNED_BEFORE if left <= timedelta(minutes=minutes)]
    return min(passed) if passed and left > timedelta() else None
