"""`/_sandbox/acs/returns`: look at what came back, send something back, grade it anew; the files of it.

GET  /acs/returns           {"returns": [as the feed says them]}
POST /acs/returns           {"orderNumber"?, "trackingNumber"?, "items": [{"lineId", "rfid", "sku", "photos"?: how many, and what the feed
                            has of an item}]}: something arrives now, graded now where it says a grade
POST /acs/returns/{id}      {"lineId"?: by default the first, "orderNumber"?, and what the feed has of an item}: changed now; graded now
                            where it says a grade
GET  /acs/returns.csv, /acs/costs.csv   the files for `sync acs.returns --file` and `sync costs --file`
"""

from datetime import datetime
from typing import Any

from partners.sandbox.returned.feed import base_of
from partners.sandbox.returned.files import costs_csv, returns_csv
from partners.sandbox.returned.records import Item, Return, picture, told
from partners.sandbox.web import Reply, Request, as_json
from partners.sandbox.world import World

Said = dict[str, Any]
TEXTS = {name: name for name in ("rfid", "sku", "grade", "grader", "station", "reason", "note")} | {"lineId": "line"}
ROOT = "/acs/returns"


def get(world: World, request: Request) -> Reply | None:
    """None where there is no such page."""
    every = sorted(world.returned.returns.values(), key=lambda one: one.id)
    if request.path == ROOT:
        return as_json({"returns": [told(one, base_of(request)) for one in every]})
    if request.path == f"{ROOT}.csv":
        return Reply(200, returns_csv(every, base_of(request)).encode(), "text/csv; charset=utf-8")
    if request.path == "/acs/costs.csv":
        return Reply(200, costs_csv(world.returned).encode(), "text/csv; charset=utf-8")
    return None


def post(world: World, request: Request, said: Said) -> Said | None:
    """None where there is no such page. Raises ValueError or KeyError for what it does not understand."""
    if request.path == ROOT:
        return told(_arrive(world, said), base_of(request))
    if request.path.startswith(f"{ROOT}/"):
        return told(_change(world, world.returned.returns[request.path.removeprefix(f"{ROOT}/")], said), base_of(request))
    return None


def _arrive(world: World, said: Said) -> Return:
    _known(said, "orderNumber", "trackingNumber", "items")
    now = world.now().replace(microsecond=0)
    items = [Item(str(one["lineId"]), str(one.get("rfid", "")), str(one.get("sku", ""))) for one in said["items"]]
    for item, one in zip(items, said["items"], strict=True):
        _tell(world, item, one, now)
    made = Return(world.returned.next_id(), str(said.get("orderNumber", "")), str(said.get("trackingNumber", "")), now, now, items)
    world.returned.returns[made.id] = made
    return made


def _change(world: World, one: Return, said: Said) -> Return:
    now = world.now().replace(microsecond=0)
    wanted = str(said.get("lineId", one.items[0].line))
    item = next((item for item in one.items if item.line == wanted), None)
    if item is None:
        raise ValueError(f"the return has no line {wanted}")
    one.order = str(said.get("orderNumber", one.order))
    _tell(world, item, {name: value for name, value in said.items() if name not in ("lineId", "orderNumber")}, now)
    one.updated_at = now
    return one


def _tell(world: World, item: Item, said: Said, now: datetime) -> None:
    _known(said, *TEXTS, "repairPence", "photos")
    for name, field in TEXTS.items():
        if name in said:
            setattr(item, field, str(said[name]))
    if "repairPence" in said:
        item.repair_pence = None if said["repairPence"] is None else int(said["repairPence"])
    if "grade" in said:
        item.graded_at = now if item.grade else None
    about = f"{item.rfid} {now.isoformat()} {len(item.photos)}"
    item.photos += [picture(world.seed, about, place, now) for place in range(int(said.get("photos", 0)))]


def _known(said: Said, *names: str) -> None:
    if unknown := set(said) - set(names):
        raise ValueError(f"unknown field {min(unknown)}")
