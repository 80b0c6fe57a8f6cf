"""The clock asks. Each task is safe to run twice, at once, or never."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from exceptions_queue import calendars, jobs
from lockers.actions.manifests import keep_open
from lockers.sync import take_messages
from orders.actions import (
    aging,
    bulk,
    carriage,
    causes,
    closing,
    collected,
    consolidating,
    expired,
    fulfilling,
    handing,
    integrity,
    labelling,
    matching,
    messages,
    milestones,
    missed,
    oversold,
    packed,
    reading,
    reconciling,
    refusals,
    replaying,
    sending,
    shop,
    watching,
)
from orders.actions.review import Reviewed, review_many
from orders.sync import follow_hint
from partners import actions as lines
from partners import connect, inbox, outbox
from partners.errors import PartnerError
from partners.queries.doors import CARRIER, SHOP

Clock = Callable[[], datetime]


def review_new() -> dict[str, int]:
    """Check what has just come in, what was sold without being there first."""
    at = timezone.now()
    oversold.find_oversold(at=at)
    return _counts(review_many(watching.ids_before_release(states=("received",)), at=at))


def recheck_open() -> dict[str, int]:
    """Check everything not yet sent: what has been put right anywhere closes by itself, what has gone wrong is held."""
    at = timezone.now()
    oversold.find_oversold(at=at)
    return _counts(review_many(watching.ids_before_release(), at=at))


def send_releases(clock: Clock = timezone.now) -> dict[str, int]:
    return outbox.drain(
        sending.KIND,
        send=sending.send,
        look_up=sending.look_up,
        lock=sending.lock_order,
        may_send=sending.claim,
        settled=sending.settled,
        failed=sending.failed,
        deferred=sending.deferred,
        clock=clock,
    )


def send_holds() -> dict[str, int]:
    shop.queue_holds(at=timezone.now())
    return outbox.drain(shop.KIND, send=shop.send, look_up=shop.look_up, settled=shop.settled, failed=shop.failed, clock=timezone.now)


def read_hints() -> dict[str, int]:
    """Read again what the shop told us of, and check it at once."""
    followed = inbox.drain(SHOP, process=follow_hint, clock=timezone.now)
    if followed.get("done"):
        at = timezone.now()
        oversold.find_oversold(at=at)
        review_many(watching.ids_before_release(states=("received",)), at=at)
        shop.follow_cancellations(at=at)
        sending.find_edited(at=at)
    return followed


def follow_parcels() -> dict[str, int]:
    """Apply what InPost told of our parcels and make what follows true: what the shop is to be told, which orders have ended, the
    cases of the others. Time passes even where nothing is told."""
    told = inbox.drain_many(CARRIER, process=take_messages, clock=timezone.now)
    at = timezone.now()
    queued = fulfilling.queue_fulfilments(at=at) + milestones.queue_milestones(at=at)
    return told | {"to_tell": queued, "closed": collected.close_collected(at=at), "with_a_case": carriage.find_on_the_way(at=at)}


def tell_shop() -> dict[str, int]:
    """Tell the shop which parcels have left, so that it tells the customers, and how far they are."""
    fulfilling.queue_fulfilments(at=timezone.now())
    milestones.queue_milestones(at=timezone.now())
    sent = outbox.drain(fulfilling.KIND, send=fulfilling.send, settled=fulfilling.settled, clock=timezone.now)
    steps = outbox.drain(milestones.KIND, send=milestones.send, clock=timezone.now)
    return sent | {f"milestones_{outcome}": count for outcome, count in steps.items()}


def stay_subscribed() -> dict[str, object]:
    """Make sure the shop still tells us: it drops who does not answer for four hours. Only where our address is set."""
    callback = connect.webhook_address()
    if not callback or connect.mode("store") != "live":
        return {"watched": False}
    try:
        added = connect.store().watch(callback)
    except PartnerError as trouble:
        return {"watched": False, "why": trouble.sentence}
    again = lines.note_watched(SHOP, added=added, at=timezone.now())
    return {"watched": True, "added": len(added), "again": again}


def ask_for_labels() -> dict[str, int]:
    """Ask for a label for what ACS has picked, and make the cases of what failed true."""
    at = timezone.now()
    return {
        "asked": labelling.ask_for_labels(at=at),
        "mirrored": labelling.mirror_acs_labels(at=at),
        "failed": labelling.find_failed(at=at),
        "old": aging.find_old(at=at),
    }


def close_manifests() -> dict[str, int]:
    """Close the manifests that were asked for. Rung by whoever asks, and by the clock in case a ring was lost or a worker died."""
    return closing.close_asked(clock=timezone.now)


def keep_collections() -> dict[str, int]:
    """Have the next collection's manifest, keep a picture of one that has just gone, and make the cases about both true."""
    at = timezone.now()
    keep_open(calendars.default_clock(at=at), at=at)
    return {"frozen": missed.freeze(at=at), "looked_at": closing.recheck(at=at), "missed": missed.find_missed(at=at)}


def check_orders(clock: Clock = timezone.now) -> dict[str, int]:
    """The nightly look at shop and ACS, both ways. ACS is asked first for what nobody reads any more."""
    asked = 0 if connect.missing("acs") else reconciling.ask_about_cancelled(clock=clock)
    run = reconciling.run_reconcile(actor="system:timetable", at=clock(), asked=asked)
    return {"asked": asked, "compared": run.compared, "differing": run.differing, "opened": run.opened, "ended": run.ended}


def match_manifests() -> dict[str, int]:
    """Compare manifests with what ACS and InPost say."""
    return {"unmatched": matching.match_manifests(clock=timezone.now)}


def hand_labels() -> dict[str, int]:
    """Tell ACS where its labels are. In observe mode nothing is written to ACS, nor into the folder that it reads."""
    if connect.mode("acs") != "live":
        return {}
    handing.queue_handovers(at=timezone.now())
    return outbox.drain(
        handing.KIND,
        send=handing.send,
        look_up=handing.look_up,
        lock=handing.lock_order,
        may_send=handing.may_send,
        settled=handing.settled,
        clock=timezone.now,
    )


def send_messages() -> dict[str, int]:
    """Hand what people want customers to be told to the mail server. Nothing where none is connected."""
    if messages.no_mail():
        return {}
    return outbox.drain(
        messages.KIND,
        send=messages.send,
        look_up=messages.look_up,
        lock=messages.lock,
        may_send=messages.may_send,
        settled=messages.settled,
        failed=messages.failed,
        deferred=messages.deferred,
        clock=timezone.now,
    )


def drain_bulk() -> dict[str, int]:
    """Do what is left of the bulk fixes. Rung by each job, and by the clock in case a ring was lost."""
    return jobs.drain_items(bulk.DOES, clock=timezone.now)


def sweep_holds() -> dict[str, int]:
    """Find holds that nobody looks after."""
    return {"expired": expired.find_expired(at=timezone.now())}


def replay_rules() -> dict[str, int]:
    """Try settings of the rules on stored decisions. Rung by whoever asks, and by the clock in case a ring was lost."""
    return replaying.work_off(clock=timezone.now)


def purge_refusals() -> dict[str, int]:
    return {"deleted": refusals.purge(today=timezone.localdate())}


def watch() -> dict[str, int]:
    """Find orders that should have moved and did not, and follow the shop's cancellations."""
    at = timezone.now()
    return {
        "cancelled": shop.follow_cancellations(at=at),
        "edited": sending.find_edited(at=at),
        "confirmed": reading.confirm_by_reading(at=at),
        "never_sent": watching.find_never_sent(at=at),
        "unconfirmed": watching.find_unconfirmed(at=at),
        "stuck": watching.find_stuck(at=at),
        "size_causes": causes.note_causes(at=at),
        "size_answered": packed.close_answered(at=at),
        "lockers": integrity.look_again(at=at),
        "waiting": consolidating.find_waiting(at=at),
        "reconciled": reconciling.look_again(at=at),
    }


find_never_sent = watch


def _counts(reviewed: Reviewed) -> dict[str, int]:
    return {
        "looked_at": reviewed.looked_at,
        "held": reviewed.held,
        "readied": reviewed.readied,
        "queued": reviewed.queued,
        "cases_opened": reviewed.cases_opened,
        "cases_closed": reviewed.cases_closed,
    }
