"""Are the customs facts there that a parcel to Northern Ireland or the islands needs?"""

from collections.abc import Collection, Sequence

NEED_ORIGIN = frozenset({"GY", "JE"})


def customs_fault(
    zone: str, *, contents: str, value_pence: int | None, origins: Sequence[str], need_origin: Collection[str] = NEED_ORIGIN
) -> str:
    """ "" or the first fact that is missing: "contents", "value", "origin". `origins` has a country per line, "" if unknown.

    Contents, quantity and value everywhere; the country of origin too in the zones of `need_origin`: Guernsey and Jersey.
    """
    if not zone:
        return ""
    if not contents.strip():
        return "contents"
    if not value_pence or value_pence < 0:
        return "value"
    if zone in need_origin and not all(origins):
        return "origin"
    return ""
