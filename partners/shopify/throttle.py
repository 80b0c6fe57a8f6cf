"""How long does Shopify want us to wait? Its budget is counted in points, which come back at so many a second."""

import math
from typing import Any

from partners.http.answers import DEFAULT_WAIT_S, LONGEST_WAIT_S, SHORTEST_WAIT_S


def wait_s(cost: Any) -> float:
    """Seconds until `extensions.cost` allows the call again: (requested - available) / restored a second.

    Never less than one and never more than an hour; a minute where the numbers are not there or make no sense.
    """
    status = _object(_object(cost).get("throttleStatus"))
    requested, available = _number(_object(cost).get("requestedQueryCost")), _number(status.get("currentlyAvailable"))
    restored = _number(status.get("restoreRate"))
    if requested is None or available is None or not restored or restored < 0:
        return DEFAULT_WAIT_S
    return min(max((requested - available) / restored, SHORTEST_WAIT_S), LONGEST_WAIT_S)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    """A finite number of a possible size; points are far below a billion."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e9:
        return None
    return float(value) if math.isfinite(value) else None
