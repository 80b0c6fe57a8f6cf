"""ACS's returns feed: `/returns?since=&after=` and the same as `/returns.csv`; the photos at `/photos/`, which need no login.

By id, a page at a time; `next` is the id to go on after, null on the last page. `since` leaves out what has not changed since then.
The contract is assumed: see docs/partners/acs.md.
"""

import re
from datetime import datetime

from partners.sandbox.faults import Fault
from partners.sandbox.returned.files import returns_csv
from partners.sandbox.returned.pictures import drawn
from partners.sandbox.returned.records import Return, told
from partners.sandbox.web import Reply, Request, as_json, as_text
from partners.sandbox.world import World

PAGE, HUGE = 20, 200_000_000
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(document.domain)</script></svg>'
PATHS = ("/returns", "/returns.csv")


def answer(world: World, request: Request) -> Reply:
    """Raises nothing: what cannot be read is refused with a sentence. Who may ask has been looked at."""
    if request.method != "GET":
        return as_text("Method not allowed", 405)
    if unknown := sorted(set(request.query) - {"since", "after"}):
        return as_text(f"Unknown parameter: {unknown[0]}", 400)
    try:
        since = datetime.fromisoformat(request.one("since")) if request.one("since") else None
    except ValueError:
        return as_text("since must be an instant in ISO 8601", 400)
    if since and not since.tzinfo:
        return as_text("since must have a zone", 400)
    with world.lock:
        found = [one for one in world.returned.returns.values() if not since or one.updated_at >= since]
        found = sorted((one for one in found if one.id > request.one("after")), key=lambda one: one.id)
        return _csv(found, request) if request.path.endswith(".csv") else _page(found, request)


def _page(found: list[Return], request: Request) -> Reply:
    page = found[:PAGE]
    return as_json({"returns": [told(one, base_of(request)) for one in page], "next": page[-1].id if len(found) > PAGE else None})


def _csv(found: list[Return], request: Request) -> Reply:
    return Reply(200, returns_csv(found, base_of(request)).encode(), "text/csv; charset=utf-8")


def base_of(request: Request) -> str:
    """ACS's own address as whoever asks knows it."""
    return f"{request.scheme}://{request.headers.get('host', 'localhost')}/acs"


def photo(world: World, request: Request) -> Reply:
    name = request.path.rpartition("/")[2]
    with world.lock:
        there = {one.name for ret in world.returned.returns.values() for item in ret.items for one in item.photos}
    if not re.fullmatch(r"[0-9a-f]+\.(jpg|png)", name) or name not in there:
        return as_text("Not found", 404)
    body, kind = drawn(name)
    return Reply(200, body, kind)


def no_photo(fault: Fault) -> Reply:
    """Something else that says it is one."""
    if fault.about == "huge":
        return Reply(200, b"\xff\xd8\xff\xe0", "image/jpeg", more=HUGE)
    body = {"svg": SCRIPT, "empty": b""}.get(fault.about, b"<html><body>Please sign in</body></html>")
    return Reply(200, body, "image/jpeg")
