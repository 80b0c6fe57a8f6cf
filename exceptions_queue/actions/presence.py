"""Who has a case open: told to colleagues, locking nothing."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User

from exceptions_queue.models import ExceptionCase, Presence

FORGOTTEN = timedelta(days=30)


def see(case: ExceptionCase, *, user: User, at: datetime) -> None:
    """This person looks at this case now, as it stands. One statement."""
    Presence.objects.bulk_create(
        [Presence(case=case, user=user, seen_at=at, version=case.version)],
        update_conflicts=True,
        unique_fields=["case", "user"],
        update_fields=["seen_at", "version"],
    )


def forget(*, at: datetime) -> int:
    """Delete what nobody asks for any more."""
    return Presence.objects.filter(seen_at__lt=at - FORGOTTEN).delete()[0]
