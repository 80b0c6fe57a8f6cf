"""Has a point a compartment of a size, and room in it? `lockers.rules.points` in SQL, for both databases.

`size` and `crawl_at` are expressions. Instants in a point's JSON are ISO text in UTC, which sorts as it reads.
"""

from django.db import connection

_HAS_SIZE = {"postgresql": "p.sizes ? {size}", "sqlite": "json_type(p.sizes, '$.' || COALESCE(NULLIF({size}, ''), 'none')) IS NOT NULL"}
_IS_LOW = {
    "postgresql": "(p.low_since ->> {size})::timestamptz <= {crawl_at}",
    "sqlite": "json_extract(p.low_since, '$.' || COALESCE(NULLIF({size}, ''), 'none')) <= {crawl_at}",
}
# The opening quote tells a function from a text that holds its name: inside a text it would follow a backslash.
_COLLECTS = {
    "postgresql": "p.functions ? 'parcel_collect'",
    "sqlite": "(instr(p.functions, '[\"parcel_collect\"') OR instr(replace(p.functions, ' ', ''), ',\"parcel_collect\"'))",
}
# As ISO text where the JSON's text is what it is compared with.
_ENDED = {"postgresql": "r.finished_at", "sqlite": "replace(r.finished_at, ' ', 'T') || '+00:00'"}


def has_size(size: str) -> str:
    return _HAS_SIZE[connection.vendor].format(size=size)


def is_low(size: str, crawl_at: str) -> str:
    """Nearly full since before `crawl_at`; unknown, which is not true, where it is not nearly full or there is no such crawl."""
    return _IS_LOW[connection.vendor].format(size=size, crawl_at=crawl_at)


def collects() -> str:
    """May parcels be collected there?"""
    return _COLLECTS[connection.vendor]


def crawl_ended(feed: str, nth: str) -> str:
    """When the whole crawl of `feed` ended that has `nth` later ones: what `full_after` asks for, inside another statement."""
    return (
        f"(SELECT {_ENDED[connection.vendor]} FROM partners_syncrun r JOIN partners_feed f ON f.id = r.feed_id "  # noqa: S608 - our own names
        f"WHERE f.name = {feed} AND r.outcome = 'ok' AND NOT r.out_of_turn ORDER BY r.finished_at DESC LIMIT 1 OFFSET {nth})"
    )
