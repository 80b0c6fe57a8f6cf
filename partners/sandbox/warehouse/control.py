"""`/_sandbox/acs/`: look at the warehouse's stock, drop its files, move garments.

GET  /acs/stock             {"folder", "files": [{"name", "as_of", "rows"}], "next_as_of", "waits"}
POST /acs/stock             {"day"?: n, "kind"?: k}: drops the file of day n, 0 being the last of the past: by default the next day's, and
                            with it those between; the newest day's, written anew, knows what was moved by
                            hand meanwhile. Days that the clock passes drop theirs by themselves. Says {"kind", "path", "as_of",
                            "rows", "about"}. Kinds: late (the next file that the clock would drop comes only when this page is posted to
                            again), missing (it never comes), duplicate (one RFID twice), half, cp1252, unknown (a location never seen),
                            columns (no RFID), cut (in the middle of a line), empty (no byte), headings (others, in another order; the rest
                            is right), older (the file of two days before the newest, changed)
GET  /acs/garments          {"garments": [{"rfid", "sku", "size", "status", "since", "order"}]}
POST /acs/garments          {rfid: status}: so from the next file on, which may be {"day": 0} anew; "" is absent. Any text goes
"""

from typing import Any

from partners.sandbox.world import World

Said = dict[str, Any]


def get(world: World, path: str) -> Said | None:
    """None where there is no such page."""
    if path == "/acs/stock":
        return world.stock.told()
    return {"garments": world.stock.every()} if path == "/acs/garments" else None


def post(world: World, path: str, said: Said) -> Said | None:
    """None where there is no such page. Raises ValueError or KeyError for what it does not understand."""
    if path == "/acs/stock":
        if unknown := set(said) - {"day", "kind"}:
            raise ValueError(f"unknown field {min(unknown)}")
        return world.stock.drop(world.acs, str(said.get("kind") or ""), None if said.get("day") is None else int(said["day"]))
    if path == "/acs/garments":
        world.stock.by_hand(said)
        return {"moved": sorted(said)}
    return None
