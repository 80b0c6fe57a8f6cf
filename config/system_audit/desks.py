"""Desks that have cases and nobody who is here to work them."""

from collections import Counter
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone

from config.system_audit.gaps import Found, Row, delayed_by, listed, plural
from config.system_audit.look import Look
from exceptions_queue.models import CaseCount, ExceptionCase
from exceptions_queue.states import CaseState, Owner

HERE_WITHIN = timedelta(days=14)
ROLES_OF = {Owner.FINANCE: ("finance", "finance_manager")}  # every other desk is its own role's


def unmanned(look: Look) -> Found:
    """Desks with open cases and nobody of their role who may come in and came in the last 14 days. Three statements."""
    counted = CaseCount.objects.filter(open_count__gt=0).order_by().values_list("owner").annotate(Sum("open_count"))
    cases = Counter(dict(counted))
    here = _roles_with_somebody(look)
    empty = [owner for owner in Owner if cases[owner] and not here & set(ROLES_OF.get(owner, (owner.value,)))]
    if not empty:
        return Found()
    overdue = ExceptionCase.objects.filter(state=CaseState.OPEN, owner__in=empty, due_at__lt=look.at)
    return Found(
        count=len(empty),
        sentence=f"{plural(len(empty), 'desk has', 'desks have')} open cases, and nobody of the role has signed in for a fortnight.",
        costs=(delayed_by(overdue),),
        rows=listed([_row(owner, cases[owner]) for owner in empty]),
        url=reverse("people:list"),
    )


def _roles_with_somebody(look: Look) -> set[str]:
    today, seen = timezone.localdate(look.at), look.at - HERE_WITHIN
    begun = Q(access__starts_on__isnull=True) | Q(access__starts_on__lte=today)
    lasts = Q(access__ends_on__isnull=True) | Q(access__ends_on__gte=today)
    came = Q(access__last_seen_at__gte=seen) | Q(last_login__gte=seen)
    people = User.objects.filter(begun, lasts, came, is_active=True).order_by()
    return set(people.values_list("groups__name", flat=True).distinct()) - {None}


def _row(owner: Owner, cases: int) -> Row:
    return Row(f"{owner.label} desk", f"{reverse('queue:list')}?owner={owner.value}", plural(cases, "open case"))
