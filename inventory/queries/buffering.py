"""Show me: how long garments stay off sale after they became ready, and what another buffer would change."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from inventory.models import BufferRule, Garment, Level, Product
from inventory.queries.counting import DOUBTED, PRESENT
from inventory.queries.levels import sellable_statuses

Scope = BufferRule.Scope


class Effect(NamedTuple):
    """What a rule would change: how many SKUs it would decide for, from which buffers (h), and how many garments move at once."""

    skus: int
    hours: int
    before: list[int]
    freed: int
    held: int

    @property
    def sentence(self) -> str:
        """In words, for who is about to save it."""
        if not self.skus:
            return "It would decide for no SKU that ACS holds: nothing changes now."
        skus = "1 SKU" if self.skus == 1 else f"{self.skus:,} SKUs"
        if self.before == [self.hours]:
            return f"It stays at {self.hours} h for {skus}: nothing changes now."
        was = " or ".join(f"{hours} h" for hours in self.before[:3]) + (" or more" if len(self.before) > 3 else "")
        return f"From {was} to {self.hours} h for {skus}: {self._moves()}."

    def _moves(self) -> str:
        moves = []
        if self.freed:
            moves.append(f"{_garments(self.freed)} would be sellable at once")
        if self.held:
            moves.append(f"{_garments(self.held)} would go back to waiting")
        return " and ".join(moves) or "no garment changes at once"


def _garments(count: int) -> str:
    return "1 garment" if count == 1 else f"{count:,} garments"


def rules() -> QuerySet[BufferRule]:
    """Every rule, the widest first."""
    return BufferRule.objects.select_related("made_by").order_by("scope", "value")


def decided_for(scope: str, value: str, *, at: datetime) -> QuerySet[Level]:
    """The SKUs a rule of this scope decides for: those of its group that no narrower rule in force names."""
    levels, products = Level.objects.all(), Product.objects.all()
    if scope == Scope.SKU:
        return levels.filter(sku=value)
    levels = levels.exclude(sku__in=_in_force(Scope.SKU, at))
    if scope == Scope.CATEGORY:
        return levels.filter(sku__in=products.filter(category=value).values("sku"))
    levels = levels.exclude(sku__in=products.filter(category__in=_in_force(Scope.CATEGORY, at)).values("sku"))
    if scope == Scope.BRAND:
        return levels.filter(sku__in=products.filter(brand=value).values("sku"))
    return levels.exclude(sku__in=products.filter(brand__in=_in_force(Scope.BRAND, at)).values("sku"))


def _in_force(scope: str, at: datetime) -> QuerySet[BufferRule, Any]:
    return BufferRule.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), scope=scope).values("value")


def effect(scope: str, value: str, hours: int, *, at: datetime) -> Effect:
    """What such a rule would change now; writes nothing. Four statements."""
    levels = decided_for(scope, value, at=at)
    before = dict(levels.order_by().values_list("buffer_hours").annotate(Count("pk")))
    freed, held = _moved(levels, [was for was in sorted(before) if was != hours], timedelta(hours=hours), at)
    return Effect(sum(before.values()), hours, sorted(before), freed, held)


def _moved(levels: QuerySet[Level], befores: list[int], buffer: timedelta, at: datetime) -> tuple[int, int]:
    """(garments that would become sellable at once, garments that would wait again). What is doubted does neither. Three statements."""
    freed, held = Q(pk=None), Q(pk=None)
    for was in befores:
        theirs = Q(sku__in=levels.filter(buffer_hours=was).values("sku"))
        old, new = at - timedelta(hours=was), at - buffer
        if new > old:
            freed |= theirs & Q(since__gt=old, since__lte=new)
        else:
            held |= theirs & Q(since__gt=new, since__lte=old)
    ready = Garment.objects.filter(PRESENT, status__in=sellable_statuses())
    moved, doubted = (
        some.aggregate(freed=Count("sku", filter=freed), held=Count("sku", filter=held)) for some in (ready, ready.filter(DOUBTED))
    )
    return moved["freed"] - doubted["freed"], moved["held"] - doubted["held"]
