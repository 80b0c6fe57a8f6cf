"""The tabs of the refunds: which stand on each, what is said where none does, and how many they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet

from returns.models import Refund
from returns.queries.refunds.approvers import DECIDES
from returns.states import REFUND_IN_THE_AIR, REFUND_WAITS, RefundState

_R = RefundState
_WAITS = Q(state__in=REFUND_WAITS)


@dataclass(frozen=True)
class Tab:
    """One tab: `nothing` is what is said where it is empty."""

    label: str
    where: Q
    nothing: str


_REST = {
    "on_the_way": Tab(
        "On the way", Q(state__in=(_R.APPROVED, *REFUND_IN_THE_AIR)), "Nothing that was approved is on its way: all of it was given."
    ),
    "given": Tab("Given", Q(state=_R.DONE), "No money has gone back yet."),
    "declined": Tab("Declined", Q(state=_R.DECLINED), "Nobody has declined a refund, and no grade has withdrawn one."),
}
_WAITING = Tab("Waiting", _WAITS, "No refund waits for a decision. What a grade makes due appears here by itself.")


def tabs_of(user: User) -> dict[str, Tab]:
    """The tabs of one person. Whoever decides finds apart what they approved first and somebody else has to approve too."""
    return (_of_approver(user) if user.has_perm(DECIDES) else {"waiting": _WAITING}) | _REST


def _of_approver(user: User) -> dict[str, Tab]:
    said_mine = Q(state=_R.AWAITING_SECOND, first_by=user.pk)
    nothing = "No refund waits for you. What a grade makes due appears here by itself."
    return {
        "waiting": Tab("Awaiting me", _WAITS & ~said_mine, nothing),
        "others": Tab("Awaiting others", said_mine, "Nothing that you approved waits for a second person."),
    }


def rows(tab: Tab) -> "QuerySet[Refund, dict[str, Any]]":
    """The refunds of one tab as a page of keys."""
    found: Any = Refund.objects.filter(tab.where)
    drawn: QuerySet[Refund, dict[str, Any]] = found.values("id", "proposed_at")
    return drawn


def counts(tabs: Mapping[str, Tab]) -> dict[str, int]:
    """How many stand on each tab. One statement."""
    return Refund.objects.aggregate(**{key: Count("pk", filter=tab.where) for key, tab in tabs.items()})
