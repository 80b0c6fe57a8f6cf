"""What the cluster does during a soak: the real posting, with a client that gives up sooner than ours does."""

import os
from datetime import timedelta

from django.utils import timezone

from partners import outbox
from partners.http import Wire
from partners.xero.calls import Calls
from partners.xero.client import XeroLedger
from returns.actions import posting

DEADLINE_S = 2.0
LEASE = timedelta(seconds=15)


def post() -> dict[str, int]:
    """One round. The quarantine outlives what the ledger does late, as ours outlives what ours may do."""
    outbox.LEASE, outbox.FIRST_BACK_OFF_S, outbox.LONGEST_BACK_OFF_S = LEASE, 1.0, 4.0
    outbox.BUDGET = timedelta(seconds=6)
    posting.make_journals(at=timezone.now())
    done = posting.drain_journals(clock=timezone.now, quarantine_s=float(os.environ["SOAK_QUARANTINE_S"]), ledger=_ledger())
    return done | {"in_doubt": posting.find_in_doubt(at=timezone.now())}


def _ledger() -> XeroLedger:
    api, login = (Wire("ledger", os.environ[name], deadline_s=DEADLINE_S, allow_local=True) for name in ("XERO_API_URL", "XERO_TOKEN_URL"))
    names = {name: os.environ[f"XERO_{name.upper()}"] for name in ("client_id", "client_secret", "tenant_id")}
    return XeroLedger(Calls(api, login, **names))
