"""Who looks at what, and what has changed since one looked."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from exceptions_queue.models import Presence

HERE = timedelta(seconds=60)


@dataclass(frozen=True)
class Looks:
    """{case: its version when this person last looked} and {case: colleagues who have it open now}. `asked`: it was looked up."""

    seen: dict[int, int] = field(default_factory=dict)
    here: dict[int, list[str]] = field(default_factory=dict)
    asked: bool = False


def looks(case_ids: Collection[int], *, user_id: int, at: datetime) -> Looks:
    """Both in one statement. A case that is not among the seen is unread."""
    mine_or_now = Q(user_id=user_id) | Q(seen_at__gte=at - HERE)
    seen, here = dict[int, int](), defaultdict[int, list[str]](list)
    columns = ("case_id", "user_id", "version", "user__first_name", "user__last_name", "user__username")
    for case_id, who, version, first, last, name in (
        Presence.objects.filter(mine_or_now, case_id__in=case_ids).order_by("user_id").values_list(*columns)
    ):
        if who == user_id:
            seen[case_id] = version
        else:
            here[case_id].append(f"{first} {last}".strip() or name)
    return Looks(seen, dict(here), asked=True)
