"""ACS's own words about a garment, and what each of them comes to."""

READY = "In warehouse – ready for customer"
PROCESSING = "In warehouse processing"
RECEIPTED = "Receipted – No Location"
INSPECTION = "Post-Rental Inspection"
REFURBISHMENT = "In-Refurbishment"
BER = "Beyond Economic Repair"
EX_HIRED = "Ex-hired"
WITH_CUSTOMER = "With customer"
UNHEARD_OF = "QUAR-2"
ABSENT = ""

UNKNOWN, MISSING = "unknown", "missing"
STATES = {
    READY: "ready",
    PROCESSING: "processing",
    RECEIPTED: "receipted",
    INSPECTION: "inspection",
    REFURBISHMENT: "refurbishment",
    BER: "ber",
    EX_HIRED: "retired",
    WITH_CUSTOMER: "on_hire",
    ABSENT: MISSING,
}


def state_of(status: str) -> str:
    """The state's name in the plan."""
    return STATES.get(status, UNKNOWN)
