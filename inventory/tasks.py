"""The clock asks, or a person who changed what many products go by. Each task is safe to run twice, at once, or never."""

from django.utils import timezone

from inventory import actions


def decide_again(brand: str = "") -> dict[str, int]:
    """Decide the sizes of a brand's products again ("": of all)."""
    return {"changed": actions.decide_again(brand, at=timezone.now())}
