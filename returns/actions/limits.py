"""Do it: who may approve how much, and which accounts journals name. Raising a limit takes two people."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max

from exceptions_queue.audit import record
from returns.actions.outcomes import Refused
from returns.models import ApprovalLimit, LedgerAccount
from returns.queries import authority
from returns.rules.authority import DEFAULTS
from returns.rules.journal import OPPOSITE
from returns.rules.money import NotMoney, checked


def propose(tier: str, *, limit_pence: int, second_above_pence: int, reason: str, actor: User, at: datetime) -> ApprovalLimit:
    """A new version of a tier's limit. In force at once where neither sum rises; else it waits for a second person.

    Raises Refused for who may not, an unknown tier, sums that cannot be right, no change, and while another one waits.
    """
    _may(actor, "returns.change_approvallimit")
    reason = _reason(reason)
    if tier not in DEFAULTS:
        raise Refused("There is no such tier of approvers.", "tier")
    standing = authority.limits(at=at)[tier]
    wanted = (_sum(limit_pence, "limit_pence"), _sum(second_above_pence, "second_above_pence"))
    if wanted == (standing.limit_pence, standing.second_above_pence):
        raise Refused("This is the limit already: nothing would change.")
    rises = wanted[0] > standing.limit_pence or wanted[1] > standing.second_above_pence
    try:
        with transaction.atomic():
            return _made(tier, wanted, reason=reason, actor=actor, at=at, in_force=not rises)
    except IntegrityError as no:
        raise Refused("A limit of this tier waits for its second person already: confirm or withdraw that first.") from no


def confirm(limit: ApprovalLimit, *, actor: User, at: datetime) -> None:
    """Put a raised limit into force; never by whoever proposed it. Raises Refused."""
    _may(actor, "returns.confirm_approvallimit")
    if limit.proposed_by_id == actor.pk:
        raise Refused("You proposed this limit, so someone else must confirm it.")
    if ApprovalLimit.objects.filter(tier=limit.tier, version__gt=limit.version, in_force_at__isnull=False).exists():
        raise Refused("The limit was changed after this was proposed: withdraw it, and propose it anew.")
    _decide(limit, "limit confirmed", actor=actor, at=at, confirmed_by=actor, in_force_at=at)


def withdraw(limit: ApprovalLimit, *, actor: User, at: datetime) -> None:
    """Drop a limit that waits for its second person. Raises Refused."""
    _may(actor, "returns.change_approvallimit")
    _decide(limit, "limit withdrawn", actor=actor, at=at, withdrawn_at=at)


def set_account(purpose: str, *, code: str, name: str = "", actor: User, at: datetime) -> LedgerAccount:
    """Say which account of the ledger stands for a purpose of ours. Drafts follow when they are drafted again. Raises Refused."""
    _may(actor, "returns.change_ledgeraccount")
    code = code.replace("\x00", "").strip()
    if purpose not in LedgerAccount.Purpose.values:
        raise Refused("There is no such purpose.", "purpose")
    if not code or len(code) > 20:
        raise Refused("Enter the code of an account, at most 20 characters.", "code")
    with _both_sides_differ(purpose, code), transaction.atomic():
        values = {"code": code, "name": name.strip()[:120], "changed_by": actor, "changed_at": at}
        account, _ = LedgerAccount.objects.update_or_create(purpose=purpose, defaults=values)
        record("account set", account, actor=actor, at=at, after={"code": code})
    return account


@contextmanager
def _both_sides_differ(purpose: str, code: str) -> Iterator[None]:
    """The database decides; whoever was quicker with the other side counts too."""
    try:
        yield
    except IntegrityError as no:
        other = LedgerAccount.objects.filter(code=code, purpose__in=OPPOSITE.get(purpose, ())).first()
        if other is None:
            raise
        taken = f"Account {code} is that for “{other.get_purpose_display()}” already"
        raise Refused(f"{taken}: a journal that debits and credits one account books nothing.", "code") from no


def _made(tier: str, sums: tuple[int, int], *, reason: str, actor: User, at: datetime, in_force: bool) -> ApprovalLimit:
    last = ApprovalLimit.objects.filter(tier=tier).aggregate(last=Max("version"))["last"] or 0
    limit = ApprovalLimit.objects.create(
        tier=tier,
        version=last + 1,
        limit_pence=sums[0],
        second_above_pence=sums[1],
        reason=reason,
        proposed_by=actor,
        proposed_at=at,
        in_force_at=at if in_force else None,
    )
    verb = "limit lowered" if in_force else "limit proposed"
    record(verb, limit, actor=actor, at=at, after={"limit_pence": sums[0], "second_above_pence": sums[1]}, reason=reason)
    return limit


def _decide(limit: ApprovalLimit, verb: str, *, actor: User, at: datetime, **columns: object) -> None:
    with transaction.atomic():
        waiting = ApprovalLimit.objects.filter(pk=limit.pk, in_force_at=None, withdrawn_at=None)
        if not waiting.update(**columns):
            raise Refused("This limit waits for nobody any more: a colleague was quicker.")
        record(verb, limit, actor=actor, at=at)
    limit.refresh_from_db()


def _may(actor: User, permission: str) -> None:
    if not actor.has_perm(permission):
        raise Refused("Your role does not let you do this.")


def _reason(reason: str) -> str:
    if not (said := reason.replace("\x00", "").strip()):
        raise Refused("Say why the limit changes.", "reason")
    return said[:200]


def _sum(pence: int, field: str) -> int:
    try:
        return checked(pence, least=0)
    except NotMoney as no:
        raise Refused(str(no), field) from no
