"""What is to be shown of returns, in the order in which a world hands it out: the first ones are those a small world has.

`fate` says what people make of a garment that is beyond economic repair (`/_sandbox/plan`, `returned`, by RFID):
`approve` (by `approver`), `refuse`, `reverse` (approved, posted, then reversed), `query` (asked about and left so), `no_cost` (the costs
file does not know it), `consigned` (somebody else's: never posted). The last three are never approved in the story. Of other garments
it is "": `unknown` beside it for a grade that nobody has heard of, `ungraded`, `unmatched`.
"""

from dataclasses import dataclass

from partners.sandbox.returned.records import BER

UNHEARD_OF = "D2 – see supervisor"
APPROVE, REFUSE, REVERSE, QUERY, NO_COST, CONSIGNED = "approve", "refuse", "reverse", "query", "no_cost", "consigned"
FINANCE, MANAGER = "finance", "finance_manager"


@dataclass(frozen=True)
class Case:
    """`kind` names what is special about it, `large` costs more than a finance approver may write off, `again` comes back a second time."""

    grade: str
    fate: str = ""
    kind: str = ""
    approver: str = ""
    large: bool = False
    again: bool = False


_APPROVE = Case(BER, APPROVE, "ber", FINANCE)
CASES = [
    _APPROVE,
    Case(BER, REFUSE, "ber", FINANCE),
    Case(BER, REVERSE, "ber", FINANCE),
    Case(UNHEARD_OF, kind="unknown"),
    Case("", kind="ungraded"),
    Case(BER, NO_COST, "ber"),
    Case(BER, CONSIGNED, "ber"),
    Case(BER, APPROVE, "ber", FINANCE, again=True),
    Case("A", kind="graded"),
    Case(BER, QUERY, "ber", FINANCE),
    Case(BER, APPROVE, "ber", MANAGER, large=True),
    *[_APPROVE] * 8,
    *[Case(grade, kind="graded") for grade in ("A", "B", "C", "Repair", "Clean", "Ready", "A")],
]
