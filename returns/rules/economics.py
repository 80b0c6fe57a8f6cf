"""Is a garment worth repairing? The test an approver sees beside the grade. Pure; it advises and never decides."""

from dataclasses import dataclass

from returns.rules.money import pounds


@dataclass(frozen=True)
class Advice:
    """`beyond` is None where too little is known to say."""

    beyond: bool | None
    sentence: str


def advise(*, repair_pence: int | None, cleaning_pence: int | None, income_pence: int | None, selling_pence: int = 0) -> Advice:
    """Beyond repair: mending and cleaning cost as much as it may still bring in, less what selling it costs."""
    if repair_pence is None or income_pence is None:
        lacks = "what a repair costs" if repair_pence is None else "what it might still bring in"
        return Advice(None, f"Whether a repair would pay cannot be said: {lacks} is not known.")
    costs, brings = repair_pence + (cleaning_pence or 0), max(0, income_pence - selling_pence)
    told = f"repair and cleaning cost {pounds(costs)}, and it may bring in {pounds(brings)}"
    if costs >= brings:
        return Advice(True, f"A repair does not pay: {told}.")
    return Advice(False, f"A repair would pay: {told}. Query the grade before writing it off.")
