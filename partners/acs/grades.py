"""ACS's grades as we expect them: the seed of the mapping, never more. Sources: docs/partners/acs.md.

{raw: (grade, flags)}, by the values of `returns.states.Grade`. What is not mapped stays unmapped, raw text kept, and is never guessed.
"""

from typing import Any

_MEANS = {
    "A": "a",
    "B": "b",
    "Ready": "b",
    "C": "c",
    "Repair": "repair",
    "Clean": "clean",
    "Quarantine": "quarantine",
    "BER": "ber",
    "Beyond Economic Repair": "ber",
    "Lost": "lost",
}
SEED: dict[str, tuple[str, dict[str, Any]]] = {raw: (grade, {}) for raw, grade in _MEANS.items()}
