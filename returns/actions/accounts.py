"""Do it: say which account of the ledger stands for a purpose, and draft anew what names it."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from returns.actions.drafting import DRAFTED_STATES, redraft
from returns.actions.limits import set_account
from returns.actions.outcomes import Refused
from returns.models import ChartAccount, LedgerAccount, WriteOff


def name_account(purpose: str, *, code: str, actor: User, at: datetime) -> LedgerAccount:
    """Set the account of one purpose. What is not on its way to the ledger yet is drafted anew: an approval of another account is voided.

    Raises Refused for who may not, and where the ledger's chart is known and does not let a journal name this account.
    """
    chart = {row.code: row for row in ChartAccount.objects.all()}
    found = chart.get(code)
    if chart and (found is None or found.gone_at):
        raise Refused(f"The ledger has no account {code[:20]}: choose one of its chart.", "code")
    if found and found.why_not:
        raise Refused(found.why_not, "code")
    with transaction.atomic():
        account = set_account(purpose, code=code, name=found.name if found else "", actor=actor, at=at)
        redraft(list(WriteOff.objects.filter(state__in=DRAFTED_STATES).values_list("pk", flat=True)), at=at)
    return account
