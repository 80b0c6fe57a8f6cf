"""Show me: lists of points, one point, and which are near."""

from lockers.queries.nearest import Near, metres_between, middle_of, nearest, nearest_to_postcode
from lockers.queries.points import Counts, counts, crawled_at, feed, full_after, history, of_ids, rows

__all__ = [
    "Counts",
    "Near",
    "counts",
    "crawled_at",
    "feed",
    "full_after",
    "history",
    "metres_between",
    "middle_of",
    "nearest",
    "nearest_to_postcode",
    "of_ids",
    "rows",
]
