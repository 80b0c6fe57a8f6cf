"""Do it: add to a write-off what its checklist lacks."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from exceptions_queue.audit import record
from returns.actions import drafting
from returns.actions.outcomes import NotFound, Refused
from returns.models import WriteOff
from returns.queries.authority import COMPLETED, PAPER
from returns.rules.authority import not_waiting
from returns.rules.money import NotMoney, checked
from returns.states import BEFORE_APPROVAL, LedgerClass, Route


def complete(
    reference: str,
    *,
    actor: User,
    at: datetime,
    route: str = "",
    certificate: str = "",
    reason: str = "",
    ledger_class: str = "",
    owner: str = "",
    cost_pence: int | None = None,
    depreciation_pence: int | None = None,
    cost_as_at: date | None = None,
    cleaning_pence: int | None = None,
    income_pence: int | None = None,
    repair_pence: int | None = None,
    source: str = "",
) -> WriteOff:
    """Set what is given and leave the rest; "" and None are not given. A value needs its `source`.
    Whoever enters anything does not approve it.

    Drafts the journal anew, voids approvals of what says something else now, and moves the write-off on where nothing lacks any more.
    Raises Refused for who may not, a value that cannot be right, and a write-off that is decided.
    """
    if not actor.has_perm("returns.complete_writeoff"):
        raise Refused("Your role does not let you complete write-offs.")
    edit: dict[str, Any] = {"certificate": _line(certificate, 120), "reason": _line(reason, 200), "owner": _line(owner, 120)}
    edit |= {"route": _chosen(route, Route.values, "route"), "ledger_class": _chosen(ledger_class, LedgerClass.values, "ledger_class")}
    edit |= _amount("repair_pence", repair_pence) | _amount("cleaning_pence", cleaning_pence) | _amount("income_pence", income_pence)
    edit = {name: value for name, value in edit.items() if value not in ("", None)}
    with transaction.atomic():
        row = _one(reference)
        edit |= _value(row, edit, cost_pence, depreciation_pence, source=source, as_at=cost_as_at or timezone.localdate(at), actor=actor)
        edit |= {"evidence_by_id": actor.pk} if PAPER & edit.keys() else {}
        if not edit:
            raise Refused("Nothing was entered: fill in at least one of the fields.")
        drafting.write([row], at=at, actor=actor, edits={row.pk: edit})
        record(COMPLETED, row, actor=actor, at=at, after={"set": sorted(edit)}, reason=source.strip()[:200])
    return row


def _one(reference: str) -> WriteOff:
    found = drafting.lock(WriteOff.objects.filter(reference=reference.replace("\x00", "")[:20]).values_list("pk", flat=True))
    if found and found[0].state in BEFORE_APPROVAL:
        return found[0]
    standing = WriteOff.objects.filter(reference=reference.replace("\x00", "")[:20]).first()
    if standing is None:
        raise NotFound(reference)
    raise Refused(f"It can be completed no more: {not_waiting(standing.state)}")


def _value(
    row: WriteOff, edit: Mapping[str, Any], cost: int | None, depreciation: int | None, *, source: str, as_at: date, actor: User
) -> dict[str, Any]:
    """The columns of a value that a person enters, whole: what is not entered stays as it stood."""
    if cost is None and depreciation is None and not {"ledger_class", "owner"} & edit.keys():
        return {}
    if not source.strip():
        raise Refused("Say where the value comes from, such as the asset register or an invoice.", "source")
    least = 0 if (edit.get("ledger_class") or row.ledger_class) == LedgerClass.CONSIGNED else 1
    columns: dict[str, Any] = {"valued_by_id": actor.pk, "cost_as_at": as_at}
    columns |= _amount("cost_pence", row.cost_pence if cost is None else cost, least=least)
    columns |= _amount("depreciation_pence", (row.depreciation_pence or 0) if depreciation is None else depreciation)
    if columns.get("cost_pence") is not None and columns["depreciation_pence"] > columns["cost_pence"]:
        raise Refused("It is depreciated by more than its cost: enter what the asset register says.", "depreciation_pence")
    return columns


def _amount(name: str, pence: int | None, *, least: int = 0) -> dict[str, int]:
    if pence is None:
        return {}
    if type(pence) is not int:
        raise Refused("The amount has a fraction of a penny: money is whole pence.", name)
    try:
        return {name: checked(pence, least=least)}
    except NotMoney as no:
        raise Refused(str(no), name) from no


def _chosen(value: str, allowed: list[str], field: str) -> str:
    if value and value not in allowed:
        raise Refused("Choose one of the values offered.", field)
    return value


def _line(text: str, longest: int) -> str:
    return text.replace("\x00", "").strip()[:longest]
