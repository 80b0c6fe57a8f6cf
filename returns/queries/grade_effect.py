"""What would follow if a grade of ACS's meant something else? Read from what came back, writing nothing."""

from dataclasses import dataclass

from django.db.models import Q

from partners.models import CodeMapping
from returns.models import Cost, WriteOff
from returns.queries.grades import asking
from returns.queries.worth import costs_of
from returns.rules.grading import is_beyond_repair
from returns.rules.money import pounds
from returns.states import BEFORE_APPROVAL, ENDED, Cause, LedgerClass, WriteOffState

NOT_ON_ITS_WAY = (*BEFORE_APPROVAL, WriteOffState.APPROVED)


@dataclass(frozen=True)
class GradeEffect:
    """Write-offs raised, with what those of known value stand at; withdrawn before they are posted; and those it is too late for."""

    raised: int = 0
    pence: int = 0
    unvalued: int = 0
    withdrawn: int = 0
    late: int = 0

    @property
    def sentence(self) -> str:
        """In words, for who is about to save it."""
        return " ".join(filter(None, (self._raised(), self._withdrawn(), self._late()))) or "No write-off would be raised or withdrawn."

    def _raised(self) -> str:
        if not self.raised:
            return ""
        unvalued = f", {self.unvalued:,} of unknown value" if self.unvalued else ""
        return f"{_many(self.raised, 'garment')} would go off sale and be written off ({pounds(self.pence)}{unvalued})."

    def _withdrawn(self) -> str:
        return f"{_many(self.withdrawn, 'write-off')} not yet posted would be withdrawn." if self.withdrawn else ""

    def _late(self) -> str:
        return f"{_many(self.late, 'write-off')} in the ledger or on the way there would become a case for finance." if self.late else ""


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def effect_of(mapping: CodeMapping, target: str) -> GradeEffect:
    """What `returns.tasks.look_at_grades` would do once this grade means `target`. Four statements at most."""
    return _raising(mapping) if is_beyond_repair(target) else _withdrawing(mapping)


def _raising(mapping: CodeMapping) -> GradeEffect:
    garments = dict(asking().filter(grade=mapping).values_list("rfid", "sku"))
    costs = costs_of(garments) if garments else {}
    return GradeEffect(raised=len(garments), pence=sum(map(_stands_at, costs.values())), unvalued=len(garments) - len(costs))


def _stands_at(cost: Cost) -> int:
    return 0 if cost.ledger_class == LedgerClass.CONSIGNED else cost.cost_pence - cost.depreciation_pence


def _withdrawing(mapping: CodeMapping) -> GradeEffect:
    live = WriteOff.objects.filter(item__grade=mapping, cause=Cause.GRADED).exclude(state__in=ENDED)
    early = live.filter(Q(state__in=NOT_ON_ITS_WAY)).count()
    return GradeEffect(withdrawn=early, late=live.count() - early)
