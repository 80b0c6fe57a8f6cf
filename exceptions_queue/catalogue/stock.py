"""What can be wrong with the garments that ACS says it holds, and with the file in which it says so."""

from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, by_fault, fault
from exceptions_queue.states import Owner

ADMIN = frozenset({Owner.INTEGRATION})
MAPPINGS = Fix("partners:mappings", "Say what it means", takes="", fragment=False)
FILES = Fix("inventory:stock-files", "Open the stock files", takes="", fragment=False)
RUN = Fix("partners:run", "Open the run", takes="run", fragment=False)
CONFIRM = Fix("inventory:confirm-garment", "Confirm that it came back", takes="rfid")
GARMENT = Fix("inventory:garment", "Open the garment", takes="rfid", fragment=False)

_BAD = {
    "unreadable": "ACS's stock file cannot be read, so nothing of it was used.",
    "short": "ACS's stock file is much shorter than usual, so it was held and nothing of it was used.",
    "long": "ACS's stock file is much longer than usual, so it was held and nothing of it was used.",
    "rejected": "Too many rows of ACS's stock file cannot be read, so it was held and nothing of it was used.",
    "older": "ACS's stock file is older than the one that was applied last, so it was held and nothing of it was used.",
    "strange": "ACS's stock file names many SKUs that were never in one, so it was held and nothing of it was used.",
    "statuses": "ACS's stock file has far too many different locations, so it was held and nothing of it was used.",
    "gone": "More than a fifth of the garments are not in ACS's stock file, so it was held and nothing of it was used.",
}
_TOLD = {
    **_BAD,
    "waiting": "A stock file was uploaded and looked at, and nobody has applied it yet.",
    "duplicate": "ACS's stock file names an RFID more than once: those rows were left out, and the rest was used.",
}


def _unmapped(evidence: Evidence) -> str:
    status, count = evidence.get("status"), evidence.get("count")
    said = f"ACS writes “{status}”, which nobody has mapped" if status else "ACS writes a stock status that nobody has mapped"
    many = f": {count} garments with it are not for sale" if isinstance(count, int) and count > 1 else ": a garment with it is not for sale"
    return f"{said}{many}."


def _late(evidence: Evidence) -> str:
    day = f" of {evidence.get('day')}" if evidence.get("day") else ""
    stale = " What we show is more than 26 hours old." if fault(evidence) == "stale" else ""
    return f"ACS's stock file{day} has not arrived.{stale}"


def _garment(evidence: Evidence) -> str:
    return f"Garment {evidence.get('rfid')}" if evidence.get("rfid") else "A garment"


def _jump(evidence: Evidence) -> str:
    before, after = evidence.get("from"), evidence.get("to")
    moved = f" from “{before}” to “{after}”" if before and after else " back on sale from where nothing comes back"
    return f"{_garment(evidence)} went{moved}, which cannot be by itself."


def _stalled(evidence: Evidence) -> str:
    days = evidence.get("days")
    usual = f" for more than {days} days, longer than is usual" if isinstance(days, int) and days > 0 else " for longer than is usual"
    return f"{_garment(evidence)} has not moved on in the warehouse{usual}."


STOCK: tuple[Kind, ...] = (
    Kind(
        code=Code.STK_UNMAPPED,
        title="New ACS stock status we do not recognise",
        blocks="S",
        owner=Owner.INTEGRATION,
        sentence=_unmapped,
        what_to_do="Say what it means; to make it sellable takes two people",
        fixes=(MAPPINGS,),
        recheck="",
        closes_when="the status has a meaning",
        told_early=True,
    ),
    Kind(
        code=Code.STK_FEED_LATE,
        title="Today's ACS stock file has not arrived",
        owner=Owner.INTEGRATION,
        sentence=_late,
        what_to_do="Ask ACS for it, or upload it by hand",
        fixes=(FILES,),
        recheck="",
        closes_when="a file of that day or a later one has been applied",
        waivable_by=ADMIN,
        told_early=True,
    ),
    Kind(
        code=Code.STK_FEED_BAD,
        title="ACS stock file looks wrong",
        owner=Owner.INTEGRATION,
        sentence=by_fault(_TOLD, "ACS's stock file looks wrong, so it was held and nothing of it was used."),
        what_to_do="Look at what it would change; accept it with a reason, or wait for a good one",
        blocks_where=dict.fromkeys(_BAD, "S"),
        fixes=(RUN, FILES),
        recheck="",
        closes_when="the file is accepted with a reason, or a good one has been applied",
        waivable_by=ADMIN,
        told_early=True,
    ),
    Kind(
        code=Code.STK_RFID_MISSING,
        title="A garment has vanished from the file",
        blocks="S",
        owner=Owner.WAREHOUSE,
        sentence=lambda evidence: f"{_garment(evidence)} was not in ACS's last three stock files or more.",
        what_to_do="Ask ACS to look for it; have it marked as lost if it is",
        fixes=(GARMENT,),
        recheck="",
        closes_when="a stock file names the garment again",
    ),
    Kind(
        code=Code.STK_JUMP,
        title="A garment moved in an impossible way",
        blocks="S",
        owner=Owner.WAREHOUSE,
        sentence=_jump,
        what_to_do="Ask ACS to look at the garment; confirm it if it is right",
        fixes=(CONFIRM, GARMENT),
        recheck="",
        closes_when="the garment is not ready for sale any more, or a person confirms the move",
    ),
    Kind(
        code=Code.STK_STALLED,
        title="A garment is stuck in processing",
        owner=Owner.WAREHOUSE,
        sentence=_stalled,
        what_to_do="Chase ACS",
        fixes=(GARMENT,),
        recheck="",
        closes_when="the garment moves on",
        waivable_by=frozenset({Owner.WAREHOUSE}),
    ),
)
