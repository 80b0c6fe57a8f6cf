"""The clock asks: garments leave their buffer, and rules expire."""

from django.utils import timezone

from inventory import actions


def ripen() -> dict[str, int]:
    """Let garments whose buffer is over be sold, and rules that have expired fall away. Two statements where nothing is due."""
    at = timezone.now()
    return {"buffers": actions.apply_buffers(at=at), "ripened": actions.ripen(at=at)}
