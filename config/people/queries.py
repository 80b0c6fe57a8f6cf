"""Show the people: the list, and all there is to know about one. Constant statements at any number."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from config.models import Invitation
from config.people.access import Standing, roles_of, standing, terms
from config.roles import ROLES
from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.queries import cases, words
from exceptions_queue.states import CaseState
from partners.models import ApiToken

SHOWN = 500
TONES = {
    Standing.ACTIVE: ("ok", "check-circle"),
    Standing.INVITED: ("info", "envelope"),
    Standing.EXPIRED: ("warn", "clock"),
    Standing.LATER: ("info", "calendar-days"),
    Standing.ENDED: ("quiet", "calendar-days"),
    Standing.LEFT: ("quiet", "no-symbol"),
}
# The tabs of the list: which standings each holds.
TABS = {
    "active": ("Active", (Standing.ACTIVE,)),
    "coming": ("Invited", (Standing.INVITED, Standing.EXPIRED, Standing.LATER)),
    "gone": ("Gone", (Standing.ENDED, Standing.LEFT)),
}


@dataclass(frozen=True)
class Row:
    """One person as the list and their own page show them."""

    user: User
    name: str
    roles: list[str]
    standing: Standing
    tone: str
    icon: str
    two_step: bool
    last_seen: str
    last_seen_full: str
    dates: str


def people(*, at: datetime, role: str = "") -> list[Row]:
    """Everybody, or everybody with one role, by name. Three statements; stops after 500 people."""
    found = _read(at).order_by("last_name", "first_name", "username")
    return [_row(user, at) for user in (found.filter(groups__name=role) if role else found)[:SHOWN]]


def person(user_id: int, *, at: datetime) -> Row | None:
    user = _read(at).filter(pk=user_id).first()
    return _row(user, at) if user else None


def count_tabs(rows: list[Row]) -> list[tuple[str, str, int]]:
    """(key, label, how many) of each tab."""
    numbers = Counter(row.standing for row in rows)
    return [(key, label, sum(numbers[one] for one in standings)) for key, (label, standings) in TABS.items()]


def of_tab(rows: list[Row], key: str) -> list[Row]:
    return [row for row in rows if row.standing in TABS[key][1]]


def _read(at: datetime) -> QuerySet[User]:
    live = Invitation.objects.filter(user=OuterRef("pk"), used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)
    totp = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.select_related("access").prefetch_related("groups").annotate(has_link=Exists(live), has_totp=Exists(totp))


def _row(user: User, at: datetime) -> Row:
    mine = terms(user)
    now = standing(user, on=timezone.localdate(at), has_link=user.has_link)  # type: ignore[attr-defined]
    seen = max((instant for instant in (mine.last_seen_at if mine else None, user.last_login) if instant), default=None)
    return Row(
        user=user,
        name=user.get_full_name() or user.get_username(),
        roles=[ROLES[name].label for name in roles_of(user)],
        standing=now,
        tone=TONES[now][0],
        icon=TONES[now][1],
        two_step=user.has_totp,  # type: ignore[attr-defined]
        last_seen=words.moment(seen, at) if seen else "never",
        last_seen_full=words.full(seen) if seen else "",
        dates=_dates(user),
    )


def _dates(user: User) -> str:
    mine = terms(user)
    first = f"from {mine.starts_on:%-d %b %Y}" if mine and mine.starts_on else ""
    last = f"until {mine.ends_on:%-d %b %Y}" if mine and mine.ends_on else ""
    return " ".join(filter(None, (first, last)))


@dataclass(frozen=True)
class Key:
    """A program's token, without its secret."""

    token: ApiToken
    state: str
    tone: str
    last_used: str
    expires: str


def tokens_of(user: User, *, at: datetime) -> list[Key]:
    """The person's API tokens, the newest first."""
    return [
        Key(
            token=token,
            state=(state := "Revoked" if token.revoked_at else "Ended" if token.expires_at <= at else "Valid"),
            tone="ok" if state == "Valid" else "quiet",
            last_used=words.moment(token.last_used_at, at) if token.last_used_at else "never",
            expires=words.full(token.expires_at),
        )
        for token in user.api_tokens.order_by("-created_at", "-pk")[:100]
    ]


def acts_on(user: User, *, at: datetime) -> list[dict[str, str]]:
    """The newest audit entries about the person, in words."""
    entries = AuditEntry.objects.filter(subject_type=ContentType.objects.get_for_model(User), subject_id=user.pk).order_by("-id")[:10]
    return [
        {
            "when": words.moment(entry.at, at),
            "full": words.full(entry.at),
            "who": entry.actor_label,
            "what": entry.verb,
            "changes": cases.changes(entry.after),
            "reason": entry.reason,
        }
        for entry in entries
    ]


def open_cases_of(user: User) -> int:
    return ExceptionCase.objects.filter(assignee=user, state=CaseState.OPEN).count()
