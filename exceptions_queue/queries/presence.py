"""Who looks at what, and what has changed since one looked."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from exceptions_queue.models import Presence

HERE = timedelta(seconds=60)


def viewers(case_ids: Collection[int], *, at: datetime, apart_from: int) -> dict[int, list[str]]:
    """{case: names of colleagues who have it open now}. One statement."""
    here = Presence.objects.filter(case_id__in=case_ids, seen_at__gte=at - HERE).exclude(user_id=apart_from)
    found: dict[int, list[str]] = defaultdict(list)
    for case_id, first, last, name in here.order_by("user_id").values_list(
        "case_id", "user__first_name", "user__last_name", "user__username"
    ):
        found[case_id].append(f"{first} {last}".strip() or name)
    return dict(found)


def seen_versions(case_ids: Collection[int], *, user_id: int) -> dict[int, int]:
    """{case: its version when this person last looked}; a case that is missing is unread. One statement."""
    return dict(Presence.objects.filter(case_id__in=case_ids, user_id=user_id).values_list("case_id", "version"))
