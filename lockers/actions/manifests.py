"""Collections and their manifests: made by the clock, closed under a lease, reopened with a reason. Called from above, where the
orders are known: whether a parcel may go is not for this room to say."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F
from django_q.tasks import async_task

from exceptions_queue.audit import Actor, actor_text, person, record, record_many
from exceptions_queue.calendars import DEFAULT_SITE, Clock
from exceptions_queue.moves import IllegalMove, move, move_many
from exceptions_queue.queries import words
from lockers.actions.outcomes import Refused
from lockers.models import Manifest, Parcel, Pull
from lockers.queries.manifests import GATE, LATE_FOR, by_hand
from lockers.states import MANIFEST_MOVES, MOVES, NOT_YET_GONE, ManifestState, ParcelState

BATCH = 500
LEASE = timedelta(seconds=130)  # the cluster ends any task after 120 s
MOST_AHEAD = 20
CHANGED = "A colleague changed this manifest meanwhile. Look again."


def keep_open(clock: Clock, *, at: datetime, site_key: str = DEFAULT_SITE) -> Manifest:
    """Have one open manifest for the next collection that is not closed yet, and return it. The database decides that it is one."""
    _follow(clock, site_key, at)
    manifest = _of_the_next(clock, site_key, at, at)
    for _ in range(MOST_AHEAD):
        if manifest.state != ManifestState.CLOSED:
            break
        manifest = _of_the_next(clock, site_key, manifest.cutoff_at, at)
    return manifest


def _of_the_next(clock: Clock, site_key: str, after: datetime, at: datetime) -> Manifest:
    cutoff = clock.packed_due(at=after).cutoff_at
    day = cutoff.astimezone(ZoneInfo(clock.time_zone)).date()
    return Manifest.objects.get_or_create(site_key=site_key, collection_on=day, cutoff_at=cutoff, defaults={"created_at": at})[0]


def _follow(clock: Clock, site_key: str, at: datetime) -> None:
    """The calendar was changed: an open manifest goes by the new time of its day, or away when nobody comes that day."""
    for manifest in Manifest.objects.filter(site_key=site_key, state=ManifestState.OPEN, cutoff_at__gt=at):
        comes = clock.works_on(manifest.collection_on)
        standing = Manifest.objects.filter(pk=manifest.pk, state=ManifestState.OPEN, version=manifest.version, parcels=None)
        if not comes:
            standing.delete()
        elif (cutoff := clock.collection_on(manifest.collection_on)) != manifest.cutoff_at:
            try:
                with transaction.atomic():
                    Manifest.objects.filter(pk__in=standing.values("pk")).update(cutoff_at=cutoff, version=F("version") + 1)
            except IntegrityError:  # another one has that time already; this one stays as it is
                continue


# --- closing ----------------------------------------------------------------------------------------------------------------


def ask_to_close(manifest: Manifest, *, actor: Actor, at: datetime, version: int, ring: str) -> None:
    """Open → being closed, and ring for it. Raises Refused with a sentence where a colleague was quicker or the collection has gone."""
    row = Manifest.objects.get(pk=manifest.pk)
    if row.cutoff_at + LATE_FOR <= at:
        raise Refused("This collection has gone. Its parcels go with the next one: close that.")
    also = {"closing_by": actor_text(actor)[1], "closing_until": at, "version": F("version") + 1}
    try:
        with transaction.atomic():
            _move(row, ManifestState.CLOSING, "manifest asked to close", actor=actor, at=at, also=also, version=version)
            async_task(ring)
    except IllegalMove as lost:
        raise Refused(_why_not(Manifest.objects.select_related("closed_by").get(pk=row.pk), at)) from lost
    manifest.refresh_from_db()


def _why_not(row: Manifest, at: datetime) -> str:
    if row.state == ManifestState.CLOSING:
        return f"{row.closing_by} is closing this manifest. Wait a moment and look again."
    if row.state == ManifestState.CLOSED and row.closed_at:
        who = words.name_of(row.closed_by) if row.closed_by else "The system"
        return f"{who} closed this manifest {words.moment(row.closed_at, at)}. Its sheet is ready."
    return CHANGED


def asked(*, at: datetime) -> list[Manifest]:
    """Manifests that are to be closed and that nobody is at."""
    return list(Manifest.objects.filter(state=ManifestState.CLOSING, closing_until__lte=at).order_by("cutoff_at", "pk"))


def claim(manifest: Manifest, *, at: datetime) -> bool:
    """Take it for this process until the lease ends. Its version is the fence: who comes later raises it, and we write no more."""
    free = Manifest.objects.filter(pk=manifest.pk, state=ManifestState.CLOSING, version=manifest.version, closing_until__lte=at)
    taken = free.update(version=F("version") + 1, closing_until=at + LEASE)
    if taken:
        manifest.version += 1
    return bool(taken)


def renew(manifest: Manifest, *, at: datetime) -> bool:
    """Is it still ours? If so, for another lease."""
    ours = Manifest.objects.filter(pk=manifest.pk, state=ManifestState.CLOSING, version=manifest.version)
    return bool(ours.update(closing_until=at + LEASE))


def forget_pulls(manifest: Manifest) -> None:
    """What the gate pulled at an earlier closing; the audit log keeps it, and the gate looks afresh."""
    Pull.objects.filter(manifest=manifest, pulled_by=GATE).delete()


def note_pulls(manifest: Manifest, pulled: Sequence[tuple[int, str, Sequence[str], bool]], *, at: datetime) -> None:
    """The gate pulled these: (parcel, its number, the codes that stopped it, whether its locker was looked up for it)."""
    if not pulled:
        return
    by = {"manifest": manifest, "pulled_by": GATE, "pulled_at": at}
    Pull.objects.bulk_create([Pull(parcel_id=pk, codes=list(codes), fresh=fresh, **by) for pk, _, codes, fresh in pulled])
    after = {"manifest": manifest.pk}
    record_many("parcel pulled", [(Parcel, pk, label) for pk, label, *_ in pulled], actor=GATE, at=at, after=after)


def seal(
    manifest: Manifest,
    parcel_ids: Sequence[int],
    *,
    passed_at: datetime,
    points_asked: int,
    points_from_mirror: int,
    actor: Actor,
    at: datetime,
) -> list[int]:
    """Put these parcels on the manifest and close it, inside the caller's transaction; return those that went. With nothing on it
    the manifest stays open. Raises IllegalMove, so that nothing of it stands, when the manifest is no longer ours."""
    also: dict[str, object] = {"manifest": manifest, "gate_passed_at": passed_at, "manifested_at": at, "version": F("version") + 1}
    went: list[int] = []
    for some in _in_parts(parcel_ids):
        went += _move_parcels(some, ParcelState.LABELLED, ParcelState.MANIFESTED, "parcel manifested", also, actor=actor, at=at)
    counted = {"points_asked": points_asked, "points_from_mirror": points_from_mirror, "closing_until": None, "version": F("version") + 1}
    if went or Parcel.objects.filter(manifest=manifest).exists():
        closed = counted | {"closed_at": at, "closed_by": person(actor)}
        _move(manifest, ManifestState.CLOSED, "manifest closed", actor=actor, at=at, also=closed, version=manifest.version)
    else:
        _move(manifest, ManifestState.OPEN, "nothing could go", actor=actor, at=at, also=counted, version=manifest.version)
    return went


# --- what people take off and put back ------------------------------------------------------------------------------------------


def pull_parcel(manifest: Manifest, parcel_id: int, *, why: str, actor: Actor, at: datetime) -> Pull:
    """Take one parcel off an open manifest. Raises Refused with a sentence where that is not possible, or no reason is given."""
    if not why.strip():
        raise Refused("Say why: whoever closes the next manifest has to know.")
    with transaction.atomic():
        _still_open(manifest)
        parcel = Parcel.objects.select_for_update().filter(pk=parcel_id, state=ParcelState.LABELLED).first()
        if parcel is None:
            raise Refused("This parcel does not wait for a collection any more.")
        if by_hand(manifest).filter(parcel=parcel).exists():
            raise Refused("This parcel was pulled already.")
        by, reason = actor_text(actor)[1], why.strip()[:400]
        pull = Pull.objects.create(manifest=manifest, parcel=parcel, why=reason, pulled_by=by, pulled_at=at)
        record("parcel pulled by hand", parcel, actor=actor, at=at, after={"manifest": manifest.pk}, reason=reason)
    return pull


def put_back(manifest: Manifest, parcel_id: int, *, actor: Actor, at: datetime) -> None:
    """Let a pulled parcel be judged again at the next closing. Raises Refused where it was not pulled by a person."""
    with transaction.atomic():
        _still_open(manifest)
        parcel = Parcel.objects.filter(pk=parcel_id).first()
        if parcel is None or not by_hand(manifest).filter(parcel=parcel).delete()[0]:
            raise Refused("This parcel is not pulled any more.")
        record("parcel put back", parcel, actor=actor, at=at, after={"manifest": manifest.pk})


def _still_open(manifest: Manifest) -> None:
    row = Manifest.objects.select_for_update().get(pk=manifest.pk)
    if row.state != ManifestState.OPEN:
        raise Refused("This manifest is being closed or is closed. Look again.")


def reopen(manifest: Manifest, *, reason: str, actor: Actor, at: datetime, version: int) -> tuple[int, int]:
    """Let parcels of a closed manifest wait for a collection again; return how many do and how many stay because InPost has them.

    The manifest opens again while its collection may still come; after that it stays closed with what InPost took. Raises Refused
    without a reason, where a colleague was quicker, and where InPost has every parcel.
    """
    if not reason.strip():
        raise Refused("Say why: the audit log keeps it.")
    with transaction.atomic():
        parcels = Parcel.objects.select_for_update().filter(manifest=manifest, state=ParcelState.MANIFESTED).order_by("pk")
        free = {pk: _in_hand(taken, how) for pk, taken, how in parcels.values_list("pk", "handed_over_at", "carriage")}
        back = [pk for pk, in_hand in free.items() if not in_hand]
        if not back:
            raise Refused(f"InPost has {_parcels(len(free))} of this manifest in hand: nothing can be taken back.")
        _reopen(manifest, reason.strip()[:400], actor=actor, at=at, version=version)
        also = {"manifest": None, "gate_passed_at": None, "manifested_at": None, "version": F("version") + 1}
        for some in _in_parts(back):
            _move_parcels(some, ParcelState.MANIFESTED, ParcelState.LABELLED, "parcel off its manifest", also, actor=actor, at=at)
    manifest.refresh_from_db()
    return len(back), len(free) - len(back)


def _reopen(manifest: Manifest, reason: str, *, actor: Actor, at: datetime, version: int) -> None:
    row = Manifest.objects.get(pk=manifest.pk)
    also = {"reopened_at": at, "reopened_why": reason, "version": F("version") + 1}
    if row.cutoff_at + LATE_FOR > at:
        try:
            _move(row, ManifestState.OPEN, "manifest reopened", actor=actor, at=at, also=also, version=version, reason=reason)
        except IllegalMove as lost:
            raise Refused(CHANGED) from lost
        return
    if not Manifest.objects.filter(pk=row.pk, state=ManifestState.CLOSED, version=version).update(**also):
        raise Refused(CHANGED)
    record("parcels left behind put back", row, actor=actor, at=at, reason=reason)


def _in_hand(handed_over_at: datetime | None, carriage: str) -> bool:
    return handed_over_at is not None or carriage not in NOT_YET_GONE


def _parcels(count: int) -> str:
    return "the one parcel" if count == 1 else f"all {count} parcels"


def _move(
    row: Manifest, to: str, verb: str, *, actor: Actor, at: datetime, also: Mapping[str, object], version: int, reason: str = ""
) -> None:
    move(row, to=to, allowed=MANIFEST_MOVES, actor=actor, at=at, verb=verb, reason=reason, also=also, where={"version": version})


def _move_parcels(
    ids: Iterable[int], frm: ParcelState, to: ParcelState, verb: str, also: Mapping[str, object], *, actor: Actor, at: datetime
) -> list[int]:
    return move_many(Parcel, ids, frm=frm, to=to, allowed=MOVES, actor=actor, at=at, verb=verb, label_field="tracking_number", also=also)


def _in_parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
