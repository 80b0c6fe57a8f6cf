"""Checks of the release gate that never find anything, or find it in every order: either way they tell nobody anything."""

from django.urls import reverse

from config.system_audit.gaps import Found, Row, delayed, listed, plural
from config.system_audit.look import Look
from exceptions_queue.catalogue import CATALOGUE, Code

LEAST_DECISIONS = 100  # of fewer, nothing is said
ALWAYS = 0.95


def silent(look: Look) -> Found:
    """Checks that no stored decision of the last 30 days names. No statement of its own."""
    total, fired = look.decided
    never = [code for code, times in fired.items() if not times] if total >= LEAST_DECISIONS else []
    if not never:
        return Found()
    return Found(
        count=len(never),
        sentence=f"{plural(len(never), 'check')} of the release gate found nothing in {total:,} decisions: does it see the facts it needs?",
        rows=listed([_row(code, "never") for code in never]),
        url=reverse("queue:reference"),
    )


def blanket(look: Look) -> Found:
    """Checks that 95 % of the stored decisions name. No statement of its own."""
    total, fired = look.decided
    always = [code for code, times in fired.items() if times >= ALWAYS * total] if total >= LEAST_DECISIONS else []
    if not always:
        return Found()
    costs = [look.delayed(code) for code in always]
    return Found(
        count=len(always),
        sentence=f"{plural(len(always), 'check')} of the release gate named by nearly every decision: its facts or settings are wrong.",
        costs=(delayed(max(cost.count for cost in costs), max(cost.pence for cost in costs)),),
        rows=listed([_row(code, f"in {fired[code]:,} of {total:,} decisions") for code in always]),
        url=f"{reverse('queue:list')}?code={always[0]}",
    )


def _row(code: Code, said: str) -> Row:
    return Row(CATALOGUE[code].title, reverse("queue:reference-code", args=[code.lower()]), f"{code}, {said}")
