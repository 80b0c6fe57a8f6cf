"""Let a person in, change what they may do, and end it. Every act is audited, and nobody acts on themselves.

E-mail addresses leave only their digest in the audit log.
"""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from config.models import Access, Invitation
from config.people.access import ADMIN, in_words, lasting_admins, roles_of
from config.roles import ROLES
from exceptions_queue import audit
from partners import tokens

LINK_LASTS = timedelta(hours=72)


class Refused(Exception):
    """What was asked must not be done; `sentence` says why and what to do instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Newcomer:
    """Whom to let in. Both days are included; None is no limit."""

    first_name: str
    last_name: str
    email: str
    roles: Collection[str]
    starts_on: date | None = None
    ends_on: date | None = None


def invite(who: Newcomer, *, actor: User, at: datetime, reason: str) -> tuple[User, str]:
    """Make an account that nobody can enter yet, and the secret of its link, which is kept nowhere.

    Raises Refused when somebody has this e-mail address already.
    """
    with transaction.atomic():
        _one_at_a_time()
        if User.objects.filter(email__iexact=who.email).exists():
            raise Refused("Somebody with this e-mail address is here already. Find them in the list and give them a new link.")
        user = User(username=_free_username(who), first_name=who.first_name, last_name=who.last_name, email=who.email, is_active=False)
        user.set_unusable_password()
        user.save(force_insert=True)
        user.groups.set(Group.objects.filter(name__in=set(who.roles) & ROLES.keys()))
        Access.objects.create(user=user, starts_on=who.starts_on, ends_on=who.ends_on)
        after = _listed(who.roles) | {"email": audit.digest(who.email.lower())} | _dates(who.starts_on, who.ends_on)
        audit.record("person invited", user, actor=actor, at=at, after=after, reason=reason)
        return user, _link(user, actor, at)


def give_link(user: User, *, actor: User, at: datetime, reason: str) -> str:
    """The secret of a new link to choose a password; older links end. A person who had left is let back in when they use it.

    Raises Refused for oneself and for who is managed elsewhere.
    """
    with transaction.atomic():
        _not_oneself(user, actor, "Change your own password in your account.")
        Access.objects.update_or_create(user=user, defaults={"left_at": None})
        before = {"active": user.is_active}
        audit.record("sign-in link given", user, actor=actor, at=at, before=before, after={"hours": 72}, reason=reason)
        return _link(user, actor, at)


def open_invitation(text: str, *, at: datetime) -> Invitation | None:
    """The invitation that this secret opens, or None for one that is unknown, used, replaced or too old."""
    live = Invitation.objects.filter(used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)
    return live.select_related("user").filter(token_hash=_digest(text)).first()


def accept(invitation: Invitation, *, password: str, at: datetime) -> None:
    """Switch the account on with this password. Raises Refused when somebody used the link a moment ago.

    Sessions that were open with an older password end.
    """
    with transaction.atomic():
        live = Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)
        if not live.update(used_at=at):
            raise Refused("This link has been used a moment ago.")
        user = invitation.user
        user.set_password(password)
        user.is_active = True
        user.save(update_fields=["password", "is_active"])
        audit.record("invitation accepted", user, actor=user, at=at)


def change_roles(user: User, roles: Collection[str], *, seen: Collection[str], actor: User, at: datetime, reason: str) -> None:
    """Make the person's roles these. Acts at the person's next request.

    Raises Refused for oneself, for the last integration admin, and when the roles are no longer those that the actor `seen`.
    """
    with transaction.atomic():
        _one_at_a_time()
        _not_oneself(user, actor, "Ask another integration admin to change your roles.")
        before = roles_of(User.objects.get(pk=user.pk))
        if set(before) != set(seen):
            raise Refused(f"A colleague has changed the roles meanwhile: they are now {in_words(before) or 'none'}. Look, then save again.")
        if ADMIN in before and ADMIN not in roles:
            _an_admin_stays(user, at)
        user.groups.remove(*Group.objects.filter(name__in=ROLES.keys() - set(roles)))
        user.groups.add(*Group.objects.filter(name__in=ROLES.keys() & set(roles)))
        audit.record("roles changed", user, actor=actor, at=at, before=_listed(before), after=_listed(roles), reason=reason)
    cache.delete(f"roles:{user.pk}")


def change_dates(user: User, *, starts_on: date | None, ends_on: date | None, actor: User, at: datetime, reason: str) -> None:
    """From when to when the person may come in. Acts at the next request. Raises Refused as `change_roles` does."""
    with transaction.atomic():
        _one_at_a_time()
        _not_oneself(user, actor, "Ask another integration admin to change your dates.")
        if starts_on or ends_on:
            _an_admin_stays(user, at)
        mine, _ = Access.objects.get_or_create(user=user)
        before = _dates(mine.starts_on, mine.ends_on)
        Access.objects.filter(pk=mine.pk).update(starts_on=starts_on, ends_on=ends_on)
        audit.record("access dates changed", user, actor=actor, at=at, before=before, after=_dates(starts_on, ends_on), reason=reason)


def end_access(user: User, *, actor: User, at: datetime, reason: str) -> None:
    """The person is out from now on: sessions, tokens and open links end, and the password is gone.

    A session cannot come back to life when the person is let in again: it is tied to the password.
    Raises Refused as `change_roles` does.
    """
    with transaction.atomic():
        _one_at_a_time()
        _not_oneself(user, actor, "Ask another integration admin to end your access.")
        _an_admin_stays(user, at)
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        Access.objects.update_or_create(user=user, defaults={"left_at": at})
        _withdraw(user, at)
        for token in user.api_tokens.filter(revoked_at__isnull=True):
            tokens.revoke(token, actor=actor, at=at)
        audit.record("access ended", user, actor=actor, at=at, before={"active": True}, after={"active": False}, reason=reason)


# --- rules --------------------------------------------------------------------------------------------------------------


def why_not(user: User, actor: User) -> str:
    """Why this actor may not act on this person, or ""."""
    if user.pk == actor.pk:
        return "This is you. Nobody changes their own access."
    if user.is_superuser or user.is_staff:
        return "This account is managed where Lockstep runs, not here."
    return ""


def _not_oneself(user: User, actor: User, instead: str) -> None:
    if user.pk == actor.pk:
        raise Refused(f"Nobody changes their own access. {instead}")
    if sentence := why_not(user, actor):
        raise Refused(sentence)


def _one_at_a_time() -> None:
    """Two admins who remove each other at the same moment would leave none: the group's row makes them queue."""
    list(Group.objects.select_for_update().filter(name=ADMIN))


def _an_admin_stays(user: User, at: datetime) -> None:
    if not user.groups.filter(name=ADMIN).exists():
        return
    if not User.objects.filter(lasting_admins(on=timezone.localdate(at))).exclude(pk=user.pk).exists():
        raise Refused(
            "This is the last integration admin without an end date: nobody could let people in any more. Name another one first."
        )


# --- links and names ------------------------------------------------------------------------------------------------------


def _link(user: User, actor: User, at: datetime) -> str:
    _withdraw(user, at)
    text = secrets.token_urlsafe(32)
    Invitation.objects.create(user=user, token_hash=_digest(text), made_by=actor, made_at=at, expires_at=at + LINK_LASTS)
    return text


def _withdraw(user: User, at: datetime) -> None:
    user.invitations.filter(used_at__isnull=True, withdrawn_at__isnull=True).update(withdrawn_at=at)


def _digest(text: str) -> str:
    """The secret is random and long, so a plain hash cannot be guessed back."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _free_username(who: Newcomer) -> str:
    """ "zoe.oneil" for Zoë O'Neil, with a number where somebody has it already."""
    folded = unicodedata.normalize("NFKD", f"{who.first_name}.{who.last_name}").encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9.]", "", folded).strip(".")[:100] or "person"
    taken = set(User.objects.filter(username__startswith=name).values_list("username", flat=True))
    return next(free for free in (name, *(f"{name}{n}" for n in range(2, len(taken) + 3))) if free not in taken)


def _listed(roles: Collection[str]) -> dict[str, str]:
    return {"roles": ", ".join(sorted(roles))}


def _dates(starts_on: date | None, ends_on: date | None) -> dict[str, str | None]:
    return {"starts_on": starts_on.isoformat() if starts_on else None, "ends_on": ends_on.isoformat() if ends_on else None}
