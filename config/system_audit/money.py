"""Write-offs that are stuck on their way into the books, and what their approval lacks: limits, people, accounts."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from config.roles import ROLES
from config.system_audit.gaps import Cost, Found, Row, listed, plural
from config.system_audit.look import Look
from partners.queries.words import clock_time
from returns.models import ApprovalLimit, LedgerAccount, WriteOff
from returns.rules.authority import DEFAULTS
from returns.rules.money import pounds
from returns.states import BEFORE_APPROVAL, IN_THE_AIR, WAITS_FOR_APPROVAL, Method, WriteOffState

A_DAY, CONFIRMED_WITHIN = timedelta(days=1), timedelta(days=3)
LEAST_APPROVERS = 2  # nobody approves their own, and what is dear needs two
Purpose = LedgerAccount.Purpose
NEEDED_ACCOUNTS = tuple(purpose for purpose in Purpose if purpose != Purpose.REFUNDS)


def unposted(look: Look) -> Found:
    """Write-offs approved more than a day ago that are not in the ledger. One statement and one for the rows."""
    approved = WriteOff.objects.filter(state__in=(WriteOffState.APPROVED, *IN_THE_AIR)).exclude(method=Method.NONE)
    old = approved.annotate(approved_at=Coalesce("second_at", "first_at")).filter(approved_at__lt=look.at - A_DAY)
    cost = _worth(old, "write-off not posted", "write-offs not posted")
    if not cost.count:
        return Found()
    return Found(
        count=cost.count,
        sentence=f"{plural(cost.count, 'write-off')} approved more than a day ago and still not in the ledger.",
        costs=(cost,),
        rows=lambda start, stop: [_row(each, look) for each in old.order_by("first_at", "pk")[start:stop]],
        url=f"{reverse('returns:write-offs')}?tab=approved",
    )


def _row(write_off: WriteOff, look: Look) -> Row:
    signed = write_off.second_at or write_off.first_at or look.at
    said = f"{pounds(write_off.carrying_pence or 0)}, {write_off.get_state_display().lower()}, approved {clock_time(signed, look.at)}"
    return Row(write_off.reference, reverse("returns:write-off", args=[write_off.reference]), said)


def limits(look: Look) -> Found:
    """Tiers for which nobody has ever set a limit, and limits that have waited three days for a second person. Three statements."""
    in_force = set(ApprovalLimit.objects.filter(in_force_at__lte=look.at).order_by().values_list("tier", flat=True).distinct())
    manned = User.objects.filter(is_active=True, groups__name__in=DEFAULTS).order_by().values_list("groups__name", flat=True).distinct()
    unset = [tier for tier in DEFAULTS if tier not in in_force and tier in set(manned)]
    waiting = ApprovalLimit.objects.filter(in_force_at__isnull=True, withdrawn_at__isnull=True, proposed_at__lt=look.at - CONFIRMED_WITHIN)
    rows = [Row(ROLES[tier].label, reverse("returns:limits"), _started_with(tier)) for tier in unset]
    rows += [Row(ROLES[one.tier].label, reverse("returns:limits"), _proposed(one, look)) for one in waiting.order_by("tier")]
    if not rows:
        return Found()
    return Found(
        count=len(rows),
        sentence=f"{plural(len(rows), 'approval limit')} never set, or not confirmed: the values that the house starts with decide.",
        costs=(_awaiting(),),
        rows=listed(rows),
        url=reverse("returns:limits"),
    )


def _started_with(tier: str) -> str:
    return f"never set: {pounds(DEFAULTS[tier].limit_pence)} by default"


def _proposed(limit: ApprovalLimit, look: Look) -> str:
    return f"{pounds(limit.limit_pence)} proposed {clock_time(limit.proposed_at, look.at)}, confirmed by nobody"


def approvers(look: Look) -> Found:
    """Write-offs wait, and fewer than two people may approve any. Two statements."""
    waiting = _awaiting()
    if not waiting.count:
        return Found()
    today = timezone.localdate(look.at)
    may = Q(groups__permissions__codename="approve_writeoff", groups__permissions__content_type__app_label="returns")
    lasts = Q(access__ends_on__isnull=True) | Q(access__ends_on__gte=today)
    there = User.objects.filter(may, lasts, is_active=True, groups__name__in=DEFAULTS).order_by("username").distinct()
    people = [user.get_full_name() or user.get_username() for user in there[:LEAST_APPROVERS]]
    short = LEAST_APPROVERS - len(people)
    if short <= 0:
        return Found()
    return Found(
        count=short,
        sentence=f"{plural(short, 'more person', 'more people')} must be able to approve: nobody approves what they raised.",
        costs=(waiting,),
        rows=listed([Row(name, "", "may approve") for name in people] or [Row("Nobody", "", "may approve write-offs")]),
        url=reverse("people:list"),
    )


def accounts(_look: Look) -> Found:
    """Purposes without an account while write-offs are being drafted. Two statements at most."""
    drafted = _worth(WriteOff.objects.filter(state__in=BEFORE_APPROVAL), "write-off without a journal", "write-offs without a journal")
    if not drafted.count:
        return Found()
    named = set(LedgerAccount.objects.exclude(code="").values_list("purpose", flat=True))
    unnamed = [purpose for purpose in NEEDED_ACCOUNTS if purpose not in named]
    if not unnamed:
        return Found()
    return Found(
        count=len(unnamed),
        sentence=f"{plural(len(unnamed), 'ledger account is', 'ledger accounts are')} not named: no journal that needs one is drafted.",
        costs=(drafted,),
        rows=listed([Row(purpose.label, reverse("returns:accounts"), "no account") for purpose in unnamed]),
        url=reverse("returns:accounts"),
    )


def _awaiting() -> Cost:
    return _worth(WriteOff.objects.filter(state__in=WAITS_FOR_APPROVAL), "write-off awaiting approval", "write-offs awaiting approval")


def _worth(write_offs: "QuerySet[WriteOff]", one: str, many: str) -> Cost:
    found = write_offs.order_by().aggregate(many=Count("pk"), pence=Sum("carrying_pence"))
    return Cost(found["many"], one, many, found["pence"] or 0)
