"""Who may approve what today: people with their limits and delegations, and what decides about a write-off."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.contrib.auth import get_backends
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from partners.mappings import fold
from returns.models import ApprovalLimit, Delegation, GraderLink, Photo, WriteOff
from returns.rules.authority import DEFAULTS, Facts, Limit, Person, Signer, StandIn, no_longer

PERMISSION = "returns.approve_writeoff"
COMPLETED = "write-off completed"  # in the audit log
PAPER = frozenset({"reason", "route", "certificate", "repair_pence", "cleaning_pence", "income_pence"})  # its evidence, but for photos
_APPROVES = Q(groups__permissions__codename="approve_writeoff", groups__permissions__content_type__app_label="returns")


def limits(*, at: datetime) -> dict[str, Limit]:
    """The limit in force of each tier: the newest confirmed one, or what the house starts with. One statement."""
    rows = ApprovalLimit.objects.filter(in_force_at__lte=at).order_by("version")
    kept = {row.tier: Limit(row.tier, row.limit_pence, row.second_above_pence) for row in rows}
    return {**DEFAULTS, **kept}


def person_of(user: User, *, at: datetime, permission: str = PERMISSION) -> Person:
    """One person as an approver at this instant: of write-offs, or of what `permission` lets them approve."""
    return people_of([user], at=at, permission=permission)[user.pk]


def people_of(users: Iterable[User], *, at: datetime, permission: str = PERMISSION) -> dict[int, Person]:
    """{user id: the approver}. Three statements however many, and one for the permissions of each person that were not read yet."""
    known = {user.pk: user for user in users}
    delegations = _taken(known, on=timezone.localdate(at))
    given = {each.giver_id: each.giver for each in delegations}
    own = _own_limits(known.keys() | given.keys(), limits(at=at))
    able = {pk for pk, user in {**given, **known}.items() if _may_come_in(user)}
    stands_in: dict[int, list[StandIn]] = defaultdict(list)
    for each in delegations:
        if each.giver_id in own and each.giver_id in able:
            stands_in[each.taker_id].append(_stand_in(each, own[each.giver_id]))
    return {pk: Person(pk, pk in able and user.has_perm(permission), own.get(pk), tuple(stands_in[pk])) for pk, user in known.items()}


def facts_of(write_offs: Collection[WriteOff]) -> dict[int, Facts]:
    """{write-off id: what decides about it}. Three statements at most: the graders, who completed them, and who brought photos."""
    graded = any(write_off.grader for write_off in write_offs)
    links = GraderLink.objects.values_list("grader", "user_id") if graded else ()  # one for each person at most: few
    people = {fold(grader): user for grader, user in links}
    valued, evidenced = _completed(write_offs)
    for pk, brought in _brought(write_offs):
        evidenced[pk].add(brought)
    return {row.pk: _facts(row, people, frozenset(valued[row.pk]), frozenset(evidenced[row.pk])) for row in write_offs}


def no_longer_approved(write_offs: Collection[WriteOff], *, at: datetime) -> dict[int, str]:
    """{write-off id: why its approval carries no posting any more}, for those where it does not. Asked again before each posting."""
    names = ("first_by_id", "first_for_id", "second_by_id", "second_for_id")
    ids = {pk for write_off in write_offs for name in names if (pk := getattr(write_off, name)) is not None}
    people = people_of(User.objects.filter(pk__in=ids), at=at)
    facts = facts_of(write_offs)
    found = {write_off.pk: _gone(write_off, facts[write_off.pk], people) for write_off in write_offs}
    return {pk: why for pk, why in found.items() if why}


def may(user: User, permission: str) -> bool:
    """Does this person, as the database has them now, still have a right?"""
    return _may_come_in(user) and user.has_perm(permission)


def _gone(write_off: WriteOff, facts: Facts, people: Mapping[int, Person]) -> str:
    if write_off.first_by_id is None or write_off.approved_hash != write_off.lines_hash:
        return "nobody has approved it as it stands"
    signers = {write_off.first_by_id, write_off.first_for_id, write_off.second_by_id, write_off.second_for_id}
    if signers & ({facts.raised_by, facts.valued_by, facts.grader, *facts.valued, *facts.evidenced} - {None}):
        return "who approved it has another part in it"
    first = signer(people, write_off.first_by_id, write_off.first_for_id)
    second = signer(people, write_off.second_by_id, write_off.second_for_id) if write_off.second_by_id is not None else None
    return no_longer(facts.carrying_pence or 0, first, second)


def signer(people: Mapping[int, Person], by: int, for_whom: int | None) -> Signer:
    """Who signed, and for whom, as they are now; both are among `people`."""
    return Signer(people[by], people[for_whom] if for_whom is not None else None)


_Made = defaultdict[int, set[int]]


def _completed(write_offs: Collection[WriteOff]) -> tuple[_Made, _Made]:
    """{write-off id: everybody who entered any part of its value}, and the same of its evidence, by the audit log: what one person
    enters stands under another's."""
    valued, evidenced = _Made(set), _Made(set)
    ids = [write_off.pk for write_off in write_offs]
    about = AuditEntry.objects.filter(subject_type=ContentType.objects.get_for_model(WriteOff), subject_id__in=ids, verb=COMPLETED)
    for pk, actor, after in about.values_list("subject_id", "actor_id_text", "after"):
        entered = set(after.get("set", ())) if actor else set()
        if "valued_by_id" in entered:
            valued[pk].add(int(actor))
        if entered & PAPER:
            evidenced[pk].add(int(actor))
    return valued, evidenced


def _brought(write_offs: Collection[WriteOff]) -> Iterable[tuple[int, int]]:
    """(write-off id, who brought a photo of its garment). One that came after the approval, on the way to the ledger, is no part of it."""
    items = {write_off.item_id for write_off in write_offs} - {None}
    rows = Photo.objects.filter(item__in=items, uploaded_by__isnull=False).exclude(sha256="") if items else Photo.objects.none()
    photos: dict[int, list[tuple[int, datetime | None]]] = defaultdict(list)
    for item, person, kept_at in rows.order_by().values_list("item", "uploaded_by", "kept_at"):
        photos[item].append((person, kept_at))
    for row in write_offs:
        for person, kept_at in photos.get(row.item_id or 0, ()):
            if row.first_at is None or kept_at is None or kept_at <= row.first_at:
                yield row.pk, person


def _facts(write_off: WriteOff, graders: Mapping[str, int], valued: frozenset[int], evidenced: frozenset[int]) -> Facts:
    first = {write_off.first_by_id, write_off.first_for_id} - {None}
    return Facts(
        state=write_off.state,
        carrying_pence=write_off.carrying_pence,
        needs_second=write_off.needs_second,
        raised_by=write_off.raised_by_id,
        valued_by=write_off.valued_by_id,
        valued=valued,
        evidenced=evidenced,
        grader=graders.get(fold(write_off.grader)),
        first=frozenset(pk for pk in first if pk is not None),
    )


def _taken(known: Collection[int], *, on: date) -> list[Delegation]:
    rows = Delegation.objects.filter(taker__in=list(known), from_day__lte=on, to_day__gte=on, ended_at__isnull=True)
    return list(rows.select_related("giver").order_by("-limit_pence", "pk"))


def _own_limits(ids: Collection[int], standing: Mapping[str, Limit]) -> dict[int, Limit]:
    """The highest limit among each person's tiers; a tier is a role that lets its people approve."""
    rows = User.objects.filter(_APPROVES, pk__in=list(ids), groups__name__in=list(standing)).values_list("pk", "groups__name")
    found: dict[int, Limit] = {}
    for pk, tier in rows.distinct():
        if pk not in found or standing[tier].limit_pence > found[pk].limit_pence:
            found[pk] = standing[tier]
    return found


def _stand_in(each: Delegation, own: Limit) -> StandIn:
    lower = min(own.limit_pence, each.limit_pence)
    return StandIn(each.giver_id, each.giver.get_full_name() or each.giver.get_username(), Limit(own.tier, lower, own.second_above_pence))


def _may_come_in(user: User) -> bool:
    """An account that is off, or whose days are over, approves nothing and lends nothing."""
    return any(backend.user_can_authenticate(user) for backend in get_backends() if isinstance(backend, ModelBackend))
