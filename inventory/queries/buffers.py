"""How long do garments of a SKU stay off sale, by the rules in force?"""

from datetime import datetime

from django.db.models import Expression, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from inventory.models import BufferRule, Level, Product
from inventory.rules import DEFAULT_BUFFER

HOURS = int(DEFAULT_BUFFER.total_seconds() // 3600)


def in_force(*, at: datetime) -> QuerySet[BufferRule]:
    """The rules that have not expired."""
    return BufferRule.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at))


def wanted_hours(*, at: datetime) -> Expression:
    """The buffer of a Level by the narrowest rule in force: its SKU's, its category's, its brand's, that for all goods, or 72 h."""
    product = Product.objects.filter(sku=OuterRef(OuterRef("sku")))
    rules = in_force(at=at)
    named = [
        rules.filter(scope=BufferRule.Scope.SKU, value=OuterRef("sku")),
        rules.filter(scope=BufferRule.Scope.CATEGORY, value=Subquery(product.values("category")[:1])),
        rules.filter(scope=BufferRule.Scope.BRAND, value=Subquery(product.values("brand")[:1])),
        rules.filter(scope=BufferRule.Scope.ALL),
    ]
    return Coalesce(*(Subquery(rule.values("hours")[:1]) for rule in named), Value(HOURS))


def out_of_step(*, at: datetime) -> QuerySet[Level]:
    """Levels that stand with another buffer than the rules in force say."""
    return Level.objects.annotate(wanted=wanted_hours(at=at)).exclude(buffer_hours=F("wanted"))
