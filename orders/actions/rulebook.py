"""Put another setting of the rules in force, after its effect was seen, or the former one again."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django_q.tasks import async_task

from exceptions_queue.audit import record
from inventory.actions import follow_limits
from orders.actions.outcomes import Refused
from orders.models import RuleReplay, RuleSetting
from orders.queries.rulebook import former, in_force
from orders.rules.settings import BY_KEY, RuleSettings, Setting, Value

RECHECK = "orders.tasks.recheck_open"
GOOD_FOR = timedelta(hours=24)  # what was seen of yesterday's orders says little of today's
LONGEST_REASON = 300
STALE = "Somebody has published a setting since you looked. Nothing was changed: look at it again, then decide."


def publish(seen: RuleReplay, *, reason: str, actor: User, at: datetime) -> RuleSetting:
    """Put the value that was tried in force, for decisions from now on; open orders are checked again.

    `seen` is the replay that the person looked at. Raises Refused where it is not done, older than a day, or where another
    setting was published since: what was seen is then not what would happen.
    """
    if seen.state != RuleReplay.State.DONE:
        raise Refused("Its effect has not been seen yet. Wait until the replay is done, then publish.")
    if at - seen.asked_at > GOOD_FOR:
        raise Refused("This replay is more than a day old. Try the value again, then publish.")
    return _publish(BY_KEY[seen.key], seen.value, on=seen.base_version, reason=reason, actor=actor, at=at, replay=seen)


def roll_back(setting: Setting, *, version: int, reason: str, actor: User, at: datetime) -> RuleSetting:
    """Publish the former value again, at once. `version` is the one the person saw. Raises Refused where there is none, or it is stale."""
    value = former(setting)
    if value is None:
        raise Refused("Nobody has ever changed this setting: there is nothing to go back to.")
    return _publish(setting, value, on=version, reason=reason, actor=actor, at=at)


def _publish(
    setting: Setting, value: Value, *, on: int, reason: str, actor: User, at: datetime, replay: RuleReplay | None = None
) -> RuleSetting:
    """The version after `on`. Of two people the database takes one: a version is there once."""
    why = _reason(reason)
    stands = in_force()
    if stands.version != on:
        raise Refused(STALE)
    try:
        with transaction.atomic():
            row = RuleSetting.objects.create(
                version=on + 1,
                key=setting.key,
                value=value,
                in_force=_kept(stands.but(setting.key, value), version=on + 1),
                reason=why,
                published_at=at,
                published_by=actor,
                replay=replay,
            )
            before, after = ({setting.key: one} for one in (stands.value(setting.key), value))
            record(
                "rule setting published" if replay else "rule setting rolled back",
                row,
                actor=actor,
                at=at,
                before=before,
                after=after,
                reason=why,
            )
            follow_limits(stands.but(setting.key, value).limits, version=on + 1)
            async_task(RECHECK)
    except IntegrityError as taken:
        raise Refused(STALE) from taken
    return row


def _reason(text: str) -> str:
    """Raises Refused where there is none."""
    why = " ".join(text.split())
    if not why:
        raise Refused("Say why: the next person to wonder reads it here.", "reason")
    if len(why) > LONGEST_REASON:
        raise Refused(f"The reason has {len(why)} characters. Use {LONGEST_REASON} at most.", "reason")
    return why


def _kept(settings: RuleSettings, *, version: int) -> dict[str, Any]:
    return dict(settings.changed) | {"version": version}
