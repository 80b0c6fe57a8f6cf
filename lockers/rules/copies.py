"""When may one more copy of a label be given out, and what must be known first? Two labels on two parcels are one lost parcel. Pure."""

WARNS_FROM = 3  # the second copy asks why; from the third on it looks as if something else were wrong


def needs_reason(number: int) -> bool:
    """From the second copy on."""
    return number > 1


def warnings(number: int, *, closed: str, scanned: str) -> list[str]:
    """What whoever prints copy `number` must have read, in sentences. `closed` and `scanned` are when, in words; "" for not yet."""
    said = []
    if closed:
        said.append(f"This parcel is on the manifest closed at {closed}: print only if the label is damaged.")
    if scanned:
        said.append(f"InPost scanned it at {scanned}: print only if the label is damaged.")
    if number >= WARNS_FROM:
        said.append(f"This would be copy {number}: make sure that the others are destroyed.")
    return said
