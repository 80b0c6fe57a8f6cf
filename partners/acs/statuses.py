"""ACS's order statuses as we expect them: the seed of the mapping, never more. What is not mapped stays unknown, raw text kept."""

SEED = {
    "Acknowledged": "acknowledged",
    "Picking": "picking",
    "Part Picked": "part_picked",
    "Pick Confirmed": "pick_confirmed",
    "Packed": "packed",
    "Despatched": "despatched",
    "Cancelled": "cancelled",
}
